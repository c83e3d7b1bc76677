/**
 * The life of executions, stages, actions and jobs as tables: status x step -> status.
 * What a table does not have cannot happen; whoever asks for it has a defect.
 */
import type { ActionStatus } from '../domain/action.js'
import type { ConditionStatus, RuleStatus } from '../domain/condition.js'
import type { ExecutionStatus } from '../domain/execution.js'
import type { Job, JobStatus } from '../domain/job.js'
import type { StageStatus } from '../domain/stage.js'

type Table<Status extends string, Step extends string> = Readonly<
  Record<Status, Readonly<Partial<Record<Step, Status>>>>
>

export type ExecutionStep = 'succeed' | 'fail' | 'askStop' | 'stop' | 'supersede' | 'cancel' | 'resume'

/** Executions (X8). A stop is asked for (Stopping) and then happens (Stopped); a retry or an override resumes. */
export const executionLifecycle: Table<ExecutionStatus, ExecutionStep> = {
  InProgress: {
    succeed: 'Succeeded',
    fail: 'Failed',
    askStop: 'Stopping',
    stop: 'Stopped',
    supersede: 'Superseded',
    cancel: 'Cancelled',
  },
  Stopping: { stop: 'Stopped', cancel: 'Cancelled' },
  Stopped: { resume: 'InProgress' },
  Failed: { resume: 'InProgress' },
  Succeeded: {},
  Superseded: {},
  Cancelled: {},
}

export type StageStep = 'succeed' | 'fail' | 'skip' | 'askStop' | 'stop' | 'cancel' | 'resume'

/** Stages (X8). */
export const stageLifecycle: Table<StageStatus, StageStep> = {
  InProgress: {
    succeed: 'Succeeded',
    fail: 'Failed',
    skip: 'Skipped',
    askStop: 'Stopping',
    stop: 'Stopped',
    cancel: 'Cancelled',
    resume: 'InProgress', // R1: a failed action is retried while its siblings still run
  },
  Stopping: { stop: 'Stopped', cancel: 'Cancelled' },
  Stopped: { resume: 'InProgress' },
  Failed: { resume: 'InProgress' },
  Succeeded: {},
  Skipped: {},
  Cancelled: {},
}

export type ActionStep = 'succeed' | 'fail' | 'abandon'

/** Actions (X8). A retry does not revive an action execution, it makes another (R2). */
export const actionLifecycle: Table<ActionStatus, ActionStep> = {
  InProgress: { succeed: 'Succeeded', fail: 'Failed', abandon: 'Abandoned' },
  Succeeded: {},
  Failed: {},
  Abandoned: {},
}

export type ConditionStep = 'hold' | 'break' | 'override' | 'abandon' | 'cancel'

/**
 * Conditions (C4). One that does not hold breaks; only then, or while it is being judged, can it be overridden (C3).
 */
export const conditionLifecycle: Table<ConditionStatus, ConditionStep> = {
  InProgress: { hold: 'Succeeded', break: 'Failed', override: 'Overridden', abandon: 'Abandoned', cancel: 'Cancelled' },
  Failed: { override: 'Overridden' },
  Errored: { override: 'Overridden' },
  Succeeded: {},
  Cancelled: {},
  Abandoned: {},
  Overridden: {},
}

export type RuleStep = 'succeed' | 'fail' | 'abandon'

/** C4: a rule's evaluation, which ends once. */
export const ruleLifecycle: Table<RuleStatus, RuleStep> = {
  InProgress: { succeed: 'Succeeded', fail: 'Failed', abandon: 'Abandoned' },
  Succeeded: {},
  Failed: {},
  Abandoned: {},
}

export type JobStep = 'dispatch' | 'claim' | 'acknowledge' | 'keep' | 'succeed' | 'fail' | 'timeOut' | 'takeBack'

/**
 * Jobs (J6). One handed out but never acknowledged is taken back into the queue under a new nonce; our own workers
 * claim, which is both in one, and keep what they hold. SQL asks this table too: `stepsFrom` and `stepTo` make the
 * statements' words.
 */
export const jobLifecycle: Table<JobStatus, JobStep> = {
  Queued: { dispatch: 'Dispatched', claim: 'InProgress', fail: 'Failed', timeOut: 'TimedOut' },
  Dispatched: { acknowledge: 'InProgress', takeBack: 'Queued', fail: 'Failed', timeOut: 'TimedOut' },
  InProgress: {
    keep: 'InProgress',
    succeed: 'Succeeded',
    fail: 'Failed',
    timeOut: 'TimedOut',
    takeBack: 'Queued',
  },
  TimedOut: {},
  Succeeded: {},
  Failed: {},
}

/** How a job ends that the engine wanted to end. */
export const endingSteps = {
  stop: 'fail',
  abandon: 'fail',
  timeout: 'timeOut',
} as const satisfies Record<NonNullable<Job['cancelRequested']>, JobStep>

/** Where `step` leads from `status`, or `undefined` when it cannot be taken there. */
export function follow<Status extends string, Step extends string>(
  table: Table<Status, Step>,
  status: Status,
  step: NoInfer<Step>,
): Status | undefined {
  return table[status][step]
}

/** As `follow`, where not being able to is a defect. */
export function step<Status extends string, Step extends string>(
  table: Table<Status, Step>,
  status: Status,
  by: NoInfer<Step>,
): Status {
  const next = follow(table, status, by)
  if (next === undefined) throw new Error(`no way leads from ${status} by '${by}'`)
  return next
}

/** The statuses from which `by` can be taken, for a statement's `where`. */
export function stepsFrom<Status extends string, Step extends string>(
  table: Table<Status, Step>,
  by: NoInfer<Step>,
): readonly Status[] {
  return (Object.keys(table) as Status[]).filter((status) => table[status][by] !== undefined)
}

/** Where `by` leads from wherever it can be taken: one place, or a statement could not say it. */
export function stepTo<Status extends string, Step extends string>(
  table: Table<Status, Step>,
  by: NoInfer<Step>,
): Status {
  const [to, ...others] = new Set(stepsFrom(table, by).map((status) => step(table, status, by)))
  if (to === undefined || others.length > 0) throw new Error(`'${by}' leads to no one status`)
  return to
}
