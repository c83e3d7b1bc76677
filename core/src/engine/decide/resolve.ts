import type { PipelineExecution } from '../../domain/execution.js'
import { guard } from '../../domain/secret-reference.js'
import { resolveConfiguration, type VariableScopes } from '../../domain/variables.js'
import type { Draft } from '../draft.js'

type Configuration = Readonly<Record<string, string>>

/**
 * V1, V4: the configuration with every `#{...}` replaced, or what is wrong with one of them. `forJob` is the same with the
 * variables' values guarded: a commit message that has `{{secret:NAME}}` in it gets no secret.
 */
export function tryResolve(
  draft: Draft,
  execution: PipelineExecution,
  configuration: Configuration,
): { readonly resolved: Configuration; readonly forJob: Configuration } | { readonly problem: string } {
  const scopes = {
    ...execution.outputVariables,
    variables: execution.variables,
    codepipeline: { PipelineExecutionId: execution.id },
  }
  try {
    const resolved = resolveConfiguration(configuration, scopes)
    const suspicious = Object.values(resolved).some((text) => text.includes('{{'))
    return {
      resolved,
      forJob: suspicious
        ? resolveConfiguration(configuration, guarded(scopes, defaultsOf(draft, execution)))
        : resolved,
    }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** What the pipeline's own author wrote as a variable's value may name secrets; what others gave may not. */
function guarded(scopes: VariableScopes, trusted: Configuration): VariableScopes {
  const values = (namespace: string, scope: Configuration) =>
    Object.entries(scope).map(([name, value]) => {
      const own = namespace === 'variables' && trusted[name] === value
      return [name, own ? value : guard(value)] as const
    })
  return Object.fromEntries(
    Object.entries(scopes).map(([namespace, scope]) => [namespace, Object.fromEntries(values(namespace, scope))]),
  )
}

function defaultsOf(draft: Draft, execution: PipelineExecution): Configuration {
  const declared = draft.definition(execution).variables ?? []
  return Object.fromEntries(declared.map(({ name, defaultValue = '' }) => [name, defaultValue]))
}
