import type { ConditionKind, RuleExecution } from '../../domain/condition.js'
import type { RuleDeclaration } from '../../domain/pipeline.js'
import type { StageExecution } from '../../domain/stage.js'
import type { Draft } from '../draft.js'
import type { ActionTypeFacts } from '../state.js'
import { tryResolve } from './resolve.js'

const minute = 60_000

/** Starts one rule of a condition: a job, like any action. Answers the rule execution's id. */
export function beginRule(draft: Draft, stage: StageExecution, kind: ConditionKind, rule: RuleDeclaration): string {
  const execution = draft.execution(stage.executionId)
  const facts = draft.around.ruleType(rule.ruleTypeId)
  const configuration = rule.configuration ?? {}
  const resolved = tryResolve(draft, execution, configuration)
  const id = draft.around.newId()
  const begun: RuleExecution = {
    id,
    pipelineName: draft.pipelineName,
    executionId: execution.id,
    pipelineVersion: execution.pipelineVersion,
    stageName: stage.stageName,
    ruleName: rule.name,
    kind,
    number: draft.nextNumber(),
    status: 'InProgress',
    started: draft.now,
    updated: draft.now,
    deadline: draft.now + (rule.timeoutInMinutes ?? facts?.timeoutInMinutes ?? 60) * minute,
    configuration,
    resolvedConfiguration: 'resolved' in resolved ? resolved.resolved : configuration,
  }
  draft.putRule(begun)
  const problem = refusal(rule, facts, 'problem' in resolved ? resolved.problem : undefined)
  if (problem) failRule(draft, id, 'ConfigurationError', problem)
  else queueRule(draft, begun, rule, 'forJob' in resolved ? resolved.forJob : configuration)
  return id
}

function refusal(rule: RuleDeclaration, facts: ActionTypeFacts | undefined, unresolved: string | undefined) {
  if (!facts) return `no plugin provides the rule '${rule.ruleTypeId.provider}'`
  return unresolved
}

function queueRule(
  draft: Draft,
  rule: RuleExecution,
  declaration: RuleDeclaration,
  configuration: RuleExecution['configuration'],
): void {
  const execution = draft.execution(rule.executionId)
  const inputs = (declaration.inputArtifacts ?? []).flatMap(({ name }) => execution.artifacts[name] ?? [])
  draft.queueJob({
    id: draft.around.newId(),
    kind: 'rule',
    status: 'Queued',
    nonce: draft.around.newId(),
    created: draft.now,
    availableAt: draft.now,
    fence: 0,
    data: {
      actionTypeId: ruleActionType(declaration),
      configuration,
      pipelineName: rule.pipelineName,
      pipelineVersion: rule.pipelineVersion,
      pipelineExecutionId: rule.executionId,
      stageName: rule.stageName,
      actionName: rule.ruleName,
      actionExecutionId: rule.id,
      inputArtifacts: inputs,
      outputArtifacts: [],
      ...(declaration.commands ? { commands: declaration.commands } : {}),
    },
  })
}

/** Rules travel through the same queue; no action type has this owner and provider. */
function ruleActionType({ ruleTypeId }: RuleDeclaration) {
  return {
    category: 'Invoke',
    owner: 'AWS',
    provider: `Rule:${ruleTypeId.provider}`,
    version: ruleTypeId.version ?? '1',
  } as const
}

/** Ends a rule that still runs, whatever it would have said. */
export function endRule(draft: Draft, id: string, how: 'stop' | 'abandon' | 'timeout'): void {
  if (draft.rule(id).status !== 'InProgress') return
  draft.stepRule(id, 'abandon')
  draft.endJob({ actionExecutionId: id, how })
}

/** The rule does not hold. */
export function failRule(draft: Draft, id: string, code: string, message: string): void {
  draft.stepRule(id, 'fail', { error: { code, message }, summary: message })
}
