import { withClient } from '../api/connect.js'
import { CommandFailed, print } from '../output.js'
import type { VerbOptions } from './options.js'
import { pickStage, stateOf } from './pick.js'

export interface OverrideOptions extends VerbOptions {
  readonly condition: 'before-entry' | 'on-success'
}

/** `penstock override PIPELINE STAGE --condition before-entry`: lets an execution past a condition that holds it (C3). */
export async function override(pipelineName: string, stageName: string, options: OverrideOptions): Promise<void> {
  const conditionType = options.condition === 'before-entry' ? 'BEFORE_ENTRY' : 'ON_SUCCESS'
  await withClient(options, async (client) => {
    const { latestExecution, inboundExecution } = pickStage(await stateOf(client, pipelineName), stageName)
    const execution = latestExecution ?? inboundExecution
    if (!execution) throw new CommandFailed(`no execution of ${pipelineName} is in ${stageName}`)
    const { pipelineExecutionId } = execution
    await client.overrideStageCondition({ pipelineName, stageName, pipelineExecutionId, conditionType })
    print(options.output, { pipelineName, stageName, pipelineExecutionId, conditionType }, () => [
      `${pipelineExecutionId} goes past the ${options.condition} condition of ${stageName}`,
    ])
  })
}
