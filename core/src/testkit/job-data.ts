import { randomUUID } from 'node:crypto'
import type { ActionCategory, ActionOwner } from '../domain/action-type.js'
import type { JobData } from '../domain/job.js'
import type { RunActionOptions } from './run-action.js'

/** The job that a pipeline would queue for `provider` with these options. */
export function jobData(
  provider: { readonly provider: string; readonly version?: string },
  options: RunActionOptions,
): JobData {
  const { category, owner } = provider as { category?: ActionCategory; owner?: ActionOwner }
  const location = (name: string) => ({ bucket: 'codepipeline-local-0000000000', key: `test/${name}` })
  const inputNames = Object.keys(options.inputs ?? {})
  const outputs = (options.outputs ?? []).map((output) => (typeof output === 'string' ? { name: output } : output))
  return {
    actionTypeId: {
      category: category ?? 'Invoke',
      owner: owner ?? 'Custom',
      provider: provider.provider,
      version: provider.version ?? '1',
    },
    configuration: options.configuration ?? {},
    pipelineName: 'test-pipeline',
    pipelineVersion: 1,
    pipelineExecutionId: randomUUID(),
    stageName: 'TestStage',
    actionName: 'TestAction',
    actionExecutionId: randomUUID(),
    inputArtifacts: inputNames.map((name) => ({ name, location: location(name) })),
    outputArtifacts: outputs.map((output) => ({ ...output, location: location(output.name) })),
    ...(options.revision ? { revision: options.revision } : {}),
    ...(options.sourceOverride ? { sourceOverride: options.sourceOverride } : {}),
    ...(options.commands ? { commands: options.commands } : {}),
    ...(options.environmentVariables ? { environmentVariables: options.environmentVariables } : {}),
    ...(options.outputVariableNames ? { outputVariableNames: options.outputVariableNames } : {}),
    ...options.job,
  }
}
