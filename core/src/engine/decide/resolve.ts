import type { PipelineExecution } from '../../domain/execution.js'
import { resolveConfiguration } from '../../domain/variables.js'

/** V1, V4: the configuration with every `#{...}` replaced, or what is wrong with one of them. */
export function tryResolve(
  execution: PipelineExecution,
  configuration: Readonly<Record<string, string>>,
): { readonly resolved: Readonly<Record<string, string>> } | { readonly problem: string } {
  const scopes = {
    ...execution.outputVariables,
    variables: execution.variables,
    codepipeline: { PipelineExecutionId: execution.id },
  }
  try {
    return { resolved: resolveConfiguration(configuration, scopes) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
