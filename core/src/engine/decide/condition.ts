import type { ConditionExecution, ConditionKind } from '../../domain/condition.js'
import { defined } from '../../domain/defined.js'
import { Fault } from '../../domain/faults.js'
import type { ConditionDeclaration, StageDeclaration } from '../../domain/pipeline.js'
import type { StageExecution } from '../../domain/stage.js'
import type { Draft } from '../draft.js'
import type { OverrideConditionEvent } from '../events.js'
import { conditionLifecycle, follow, step } from '../lifecycle.js'
import { refuseToResumeBeyondLimit } from './concurrency.js'
import { leave } from './movement.js'
import { fail, refuseUnlessLatest, reopen } from './outcome.js'
import { rollbackByItself } from './rollback.js'
import { beginRule, endRule } from './rule.js'

function declared(stage: StageDeclaration, kind: ConditionKind): ConditionDeclaration | undefined {
  return stage[kind]?.conditions?.[0] // S16: exactly one
}

/**
 * Looks at a stage's condition: `held` when there is none or nothing stands against going on, `waiting` while its rules
 * run, `moved` when looking changed something (it began, or broke and its result was applied), `broken` for a skip.
 */
export function judgeCondition(
  draft: Draft,
  stage: StageExecution,
  kind: ConditionKind,
): 'held' | 'waiting' | 'moved' | 'broken' {
  const declaration = declared(draft.stageDeclaration(draft.execution(stage.executionId), stage.stageName), kind)
  if (!declaration) return 'held'
  const condition = stage[kind]
  if (!condition) {
    beginCondition(draft, stage, kind, declaration)
    return 'moved'
  }
  if (condition.status === 'Succeeded' || condition.status === 'Overridden') return 'held'
  if (condition.status !== 'InProgress') return 'broken'
  return concludeCondition(draft, stage, kind, declaration, condition)
}

/** Starts a condition's rules, all at once. */
export function beginCondition(
  draft: Draft,
  stage: StageExecution,
  kind: ConditionKind,
  declaration: ConditionDeclaration,
): void {
  const rules: Record<string, string> = {}
  for (const rule of declaration.rules ?? []) rules[rule.name] = beginRule(draft, stage, kind, rule)
  draft.putStageExecution({ ...stage, [kind]: { status: 'InProgress', updated: draft.now, rules } })
}

/** C1: it holds when all rules succeeded; when one did not, its result is applied. */
function concludeCondition(
  draft: Draft,
  stage: StageExecution,
  kind: ConditionKind,
  declaration: ConditionDeclaration,
  condition: ConditionExecution,
): 'held' | 'waiting' | 'moved' {
  const rules = Object.values(condition.rules).map((id) => draft.rule(id))
  const broken = rules.find((rule) => rule.status === 'Failed' || rule.status === 'Abandoned')
  if (!broken && rules.some((rule) => rule.status === 'InProgress')) return 'waiting'
  const status = step(conditionLifecycle, condition.status, broken ? 'break' : 'hold')
  for (const rule of rules) endRule(draft, rule.id, 'stop')
  const summary = broken && `${broken.ruleName}: ${broken.error?.message ?? broken.summary ?? 'did not hold'}`
  const judged = { ...condition, status, updated: draft.now, ...defined({ summary }) }
  draft.putStageExecution({ ...stage, [kind]: judged })
  if (broken) applyResult(draft, stage, kind, declaration)
  return 'moved'
}

/** C2, S16: what a broken condition does to its stage. A broken onFailure decides how the failure ends. */
function applyResult(
  draft: Draft,
  stage: StageExecution,
  kind: ConditionKind,
  declaration: ConditionDeclaration,
): void {
  const execution = draft.execution(stage.executionId)
  if (kind === 'beforeEntry' && declaration.result === 'SKIP') {
    draft.stepStage(execution.id, stage.stageName, 'skip')
    leave(draft, execution.id, stage.stageName)
    return
  }
  fail(draft, execution, stage.stageName)
  if (declaration.result === 'ROLLBACK') rollbackByItself(draft, execution, stage.stageName)
}

/** C4: the stage ends before its conditions were judged: their rules end, and so do they. */
export function dropConditions(draft: Draft, executionId: string, stageName: string, by: 'abandon' | 'cancel'): void {
  const stage = draft.stageExecution(executionId, stageName)
  const dropped: Partial<Record<ConditionKind, ConditionExecution>> = {}
  for (const kind of ['beforeEntry', 'onSuccess', 'onFailure'] as const) {
    const condition = stage[kind]
    if (condition?.status !== 'InProgress') continue
    for (const id of Object.values(condition.rules)) endRule(draft, id, 'stop')
    dropped[kind] = { ...condition, status: step(conditionLifecycle, condition.status, by), updated: draft.now }
  }
  draft.putStageExecution({ ...stage, ...dropped })
}

/**
 * Lets an execution past a condition that does not hold (C3, X7). Errors: ConditionNotOverridableException,
 * NotLatest..., ConcurrentPipelineExecutionsLimitExceededException.
 */
export function overrideCondition(draft: Draft, event: OverrideConditionEvent): string {
  const stage = draft.findStageExecution(event.executionId, event.stageName)
  const condition = stage?.[event.kind]
  const execution = draft.execution(event.executionId)
  const declaration = condition && declared(draft.stageDeclaration(execution, event.stageName), event.kind)
  const status = condition && follow(conditionLifecycle, condition.status, 'override')
  const open = stage?.status === 'Failed' || (stage?.status === 'InProgress' && !execution.cancelling)
  if (!stage || !condition || !status || !open || declaration?.result === 'SKIP') {
    throw new Fault(
      'ConditionNotOverridableException',
      `The ${event.kind} condition of stage '${event.stageName}' cannot be overridden in execution ${event.executionId}: it is ${condition?.status ?? 'not there'}${declaration?.result === 'SKIP' ? ', and its result SKIP cannot be overridden' : ''}`,
    )
  }
  refuseUnlessLatest(draft, event.executionId, event.stageName)
  refuseToResumeBeyondLimit(draft, event.executionId)
  for (const id of Object.values(condition.rules)) endRule(draft, id, 'stop')
  const overridden = { ...condition, status, updated: draft.now, overriddenBy: event.by }
  draft.putStageExecution({ ...stage, [event.kind]: overridden })
  reopen(draft, event.executionId, event.stageName)
  return event.executionId
}
