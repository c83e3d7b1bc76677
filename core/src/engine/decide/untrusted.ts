import type { PipelineExecution } from '../../domain/execution.js'
import type { JobData } from '../../domain/job.js'
import { secretNames } from '../../domain/secret-reference.js'
import type { ActionTypeFacts } from '../state.js'

/**
 * Why an action of an execution that runs strangers' code cannot start: it would hand a secret to that code.
 * `undefined` when it may start. Sources are not asked: they fetch, and run nothing.
 */
export function untrustedProblem(
  execution: PipelineExecution,
  facts: ActionTypeFacts,
  { actionTypeId, configuration, environmentVariables = [] }: JobData,
): string | undefined {
  if (!execution.untrusted || actionTypeId.category === 'Source') return undefined
  const secret = facts.secretProperties.find((name) => configuration[name] !== undefined && configuration[name] !== '')
  if (secret !== undefined) return refusal(`the secret property ${secret}`)
  const named = Object.values(configuration).flatMap(secretNames)[0]
  if (named !== undefined) return refusal(`the secret '${named}'`)
  const variable = environmentVariables.find(
    ({ type, value }) => type === 'SECRETS_MANAGER' || secretNames(value).length > 0,
  )
  return variable && refusal(`the secret in the environment variable ${variable.name}`)
}

const refusal = (what: string) =>
  `this execution runs a pull request from a fork, which gets no secrets, and the action has ${what}: give pull requests a pipeline of their own`
