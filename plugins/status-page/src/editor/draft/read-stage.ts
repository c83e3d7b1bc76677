import type { ConditionDeclaration, FailureDeclaration, RuleDeclaration, StageDeclaration } from '@penstock/core'
import { optional, type Posted } from './posted.js'
import { readAction } from './read-action.js'

/** The stage whose fields begin with `at`. */
export function readStage(posted: Posted, at: string): StageDeclaration {
  const beforeEntry = readConditions(posted, `${at}.beforeEntry.conditions`)
  const onSuccess = readConditions(posted, `${at}.onSuccess.conditions`)
  return {
    name: posted.text(`${at}.name`) ?? '',
    ...posted.rest(at),
    actions: posted.places(`${at}.actions`).map((place) => readAction(posted, place)),
    ...optional('beforeEntry', beforeEntry && { conditions: beforeEntry }),
    ...optional('onSuccess', onSuccess && { conditions: onSuccess }),
    ...optional('onFailure', readFailure(posted, `${at}.onFailure`)),
  }
}

/** What is retried is only said of a stage that is retried. */
function readFailure(posted: Posted, at: string): FailureDeclaration | undefined {
  const result = posted.text(`${at}.result`) as FailureDeclaration['result']
  const mode = result === 'RETRY' ? posted.text(`${at}.retryConfiguration.retryMode`) : undefined
  const failure = {
    ...optional('result', result),
    ...optional('retryConfiguration', mode && ({ retryMode: mode } as FailureDeclaration['retryConfiguration'])),
    ...optional('conditions', readConditions(posted, `${at}.conditions`)),
  }
  return Object.keys(failure).length > 0 ? (failure as FailureDeclaration) : undefined
}

function readConditions(posted: Posted, list: string): ConditionDeclaration[] | undefined {
  const conditions = posted.places(list).map((at) => ({
    ...optional('result', posted.text(`${at}.result`) as ConditionDeclaration['result']),
    rules: posted.places(`${at}.rules`).map((place) => readRule(posted, place)),
  })) as ConditionDeclaration[]
  return conditions.length > 0 ? conditions : undefined
}

/** Owner and version stay as they were as long as the provider does. */
function readRule(posted: Posted, at: string): RuleDeclaration {
  const { ruleTypeId, ...rest } = posted.rest(at)
  const was = ruleTypeId as RuleDeclaration['ruleTypeId'] | undefined
  const provider = posted.text(`${at}.ruleTypeId`) ?? ''
  const configuration = posted.configuration(`${at}.configuration`)
  const inputs = posted.names(`${at}.inputArtifacts`).map((name) => ({ name }))
  return {
    name: posted.text(`${at}.name`) ?? '',
    ...rest,
    ruleTypeId: was?.provider === provider ? was : { category: 'Rule', owner: 'AWS', provider, version: '1' },
    ...(Object.keys(configuration).length > 0 && { configuration }),
    ...optional('commands', posted.lines(`${at}.commands`)),
    ...(inputs.length > 0 && { inputArtifacts: inputs }),
    ...optional('timeoutInMinutes', posted.number(`${at}.timeoutInMinutes`)),
  }
}
