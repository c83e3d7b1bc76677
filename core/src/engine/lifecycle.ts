/**
 * The life of executions, stages, actions and jobs as tables: status x step -> status.
 * What a table does not have cannot happen; whoever asks for it has a defect.
 */
import type { ActionStatus } from '../domain/action.js'
import type { ConditionStatus } from '../domain/condition.js'
import type { ExecutionStatus } from '../domain/execution.js'
import type { JobStatus } from '../domain/job.js'
import type { StageStatus } from '../domain/stage.js'

type Table<Status extends string, Step extends string> = Readonly<
  Record<Status, Readonly<Partial<Record<Step, Status>>>>
>

export type ExecutionStep = 'succeed' | 'fail' | 'askStop' | 'stop' | 'supersede' | 'cancel' | 'resume'

/** X8. A stop is asked for (Stopping) and then happens (Stopped); a retry or an override resumes. */
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

/** X8. */
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

/** X8. A retry does not revive an action execution, it makes another (R2). */
export const actionLifecycle: Table<ActionStatus, ActionStep> = {
  InProgress: { succeed: 'Succeeded', fail: 'Failed', abandon: 'Abandoned' },
  Succeeded: {},
  Failed: {},
  Abandoned: {},
}

export type ConditionStep = 'hold' | 'break' | 'override' | 'abandon' | 'cancel'

/** C4. A condition that does not hold breaks; only then, or while it is being judged, can it be overridden (C3). */
export const conditionLifecycle: Table<ConditionStatus, ConditionStep> = {
  InProgress: { hold: 'Succeeded', break: 'Failed', override: 'Overridden', abandon: 'Abandoned', cancel: 'Cancelled' },
  Failed: { override: 'Overridden' },
  Errored: { override: 'Overridden' },
  Succeeded: {},
  Cancelled: {},
  Abandoned: {},
  Overridden: {},
}

export type JobStep = 'queue' | 'dispatch' | 'acknowledge' | 'succeed' | 'fail' | 'timeOut' | 'takeBack'

/** J6. A job handed out but never acknowledged is taken back into the queue under a new nonce. */
export const jobLifecycle: Table<JobStatus, JobStep> = {
  Created: { queue: 'Queued' },
  Queued: { dispatch: 'Dispatched', fail: 'Failed', timeOut: 'TimedOut' },
  Dispatched: { acknowledge: 'InProgress', takeBack: 'Queued', fail: 'Failed', timeOut: 'TimedOut' },
  InProgress: { succeed: 'Succeeded', fail: 'Failed', timeOut: 'TimedOut', takeBack: 'Queued' },
  TimedOut: {},
  Succeeded: {},
  Failed: {},
}

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
