/** What the engine needs of a store. One implementation serves SQLite and PostgreSQL (`store/engine-store.ts`). */

import type { ActionExecution } from '../domain/action.js'
import type { ActionType } from '../domain/action-type.js'
import type { RuleExecution } from '../domain/condition.js'
import type { ExecutionStatus, PipelineExecution } from '../domain/execution.js'
import type { Job } from '../domain/job.js'
import type { Pipeline } from '../domain/pipeline.js'
import type { Signal } from '../domain/signal.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'
import type { ReportOwner, TestReport, TestReportInput } from '../domain/test-report.js'
import type { Decision, Effect } from './changes.js'
import type { JobStep } from './lifecycle.js'
import type { PipelineState } from './state.js'
import type { ActionTypeDeclaration, DeployTarget, WebhookDefinition } from './views.js'

/** What of a pipeline an event needs loaded, beyond its living part. */
export interface Wanted {
  readonly executionIds?: readonly string[]
  /** With each of `executionIds`: its run through this stage, wherever the execution is now. */
  readonly stageName?: string
  /** The latest run of each action of `stageName`, of whichever execution. */
  readonly latestActions?: boolean
  readonly clientRequestToken?: string | undefined
  /** The newest execution too, whether or not it lives. */
  readonly newest?: boolean
  /** The newest execution that a branch's commit was taken for, too, by the source action. */
  readonly newestOf?: readonly BranchOfSource[]
  /** In PARALLEL mode executions do not meet: load no other than `executionIds`. */
  readonly alone?: boolean
}

/**
 * How long a job stays whose it is, in milliseconds from now. "Now" is the database's clock, which all servers share;
 * `now` is this server's, for a database that has none of its own (SQLite, which one server alone has open).
 */
export interface LeaseTime {
  readonly now: number
  readonly leaseMs: number
}

/** A branch that a source action's revisions come from. */
export interface BranchOfSource {
  readonly actionName: string
  readonly branch: string
}

export interface JobClaim extends LeaseTime {
  readonly typeKeys: readonly string[]
  readonly limit: number
  /** Only jobs whose queryable property has this value (J5). */
  readonly queryValue?: string | undefined
  /** Set: claimed and acknowledged in one (our own workers). Absent: Dispatched, to be acknowledged by its nonce. */
  readonly workerId?: string
  /** The nonces of the jobs begin with it. */
  readonly nonce: string
}

/** What must hold of a job in the statement that changes it. */
export interface JobGuard {
  /** It was not handed out again since. */
  readonly fence: number
  /** Its lease was over at this moment of `EngineStore.now`. */
  readonly leaseOverAt?: number
  /** Whether the engine has asked for its end. */
  readonly cancelRequested?: boolean
}

export interface JobPatch {
  readonly nonce?: string
  readonly workerId?: undefined
  readonly leaseUntil?: undefined
  readonly continuationToken?: string | undefined
  /** Set: it ends now, by the database's clock; this is the server's, for a database that has none. Epoch milliseconds. */
  readonly ended?: number
}

/** What became of a job that a worker believes to hold. */
export interface HeldState {
  readonly jobId: string
  /** Still that worker's, with that fence; its lease begins anew. */
  readonly mine: boolean
  readonly cancel?: NonNullable<Job['cancelRequested']>
}

/** What one decision looks at, and when: once the pipeline was locked, by the database's clock. */
export interface LoadedState extends PipelineState {
  readonly now: number
}

/** One transaction. Everything in it happens, or nothing. */
export interface Unit {
  /** As `EngineStore.now`, for what this transaction writes. */
  now(server: number): Promise<number>
  /**
   * The living part of a pipeline, which stays locked until the transaction ends. `server` is this server's clock, for a
   * database that has none.
   */
  loadState(pipelineName: string, wanted: Wanted, server: number): Promise<LoadedState | undefined>
  saveDecision(pipelineName: string, decision: Decision, now: number): Promise<void>
  /** Puts into the outbox what is no decision's. */
  tell(pipelineName: string, effects: readonly Effect[], now: number): Promise<void>
  /** Locks and answers the pipeline alone. */
  lockPipeline(name: string): Promise<Pipeline | undefined>
  countPipelines(): Promise<number>
  createPipeline(pipeline: Pipeline, by: string): Promise<void>
  /** A new version; the older ones stay for the executions that run on them. */
  savePipeline(pipeline: Pipeline, by: string): Promise<void>
  /** With everything that belongs to it (D1). */
  deletePipeline(name: string): Promise<boolean>
  /** Stays as it is until the transaction ends. */
  findJob(jobId: string): Promise<Job | undefined>
  /** Takes waiting jobs, oldest first: found and taken in one statement. */
  claimJobs(claim: JobClaim): Promise<Job[]>
  /**
   * Takes a job a step of `jobLifecycle` on, with `patch`, in one statement. False when it has no such step to take, or
   * `guard` does not hold: then nothing is changed.
   */
  stepJob(jobId: string, by: JobStep, guard: JobGuard, patch?: JobPatch): Promise<boolean>
  /** What a deploy action is doing to each of its targets, in its order; each replaces what was known of it. */
  putDeployTargets(actionExecutionId: string, targets: readonly DeployTarget[]): Promise<void>
  /** What tests said: it takes the place of what the same action execution had under the same name. */
  putTestReport(input: TestReportInput, owner: ReportOwner): Promise<void>
}

export interface PageOf<T> {
  readonly items: readonly T[]
  /** The number before which the next page begins; absent at the end. */
  readonly next?: number
}

/** Reads outside any transaction. History comes newest first (X11). */
export interface EngineReads {
  pipeline(name: string, version?: number): Promise<Pipeline | undefined>
  /** Ordered by name, after `after`. */
  pipelines(after: string | undefined, limit: number): Promise<Pipeline[]>
  stageRecords(pipelineName: string): Promise<StageRecord[]>
  liveExecutions(pipelineName: string): Promise<PipelineExecution[]>
  execution(id: string): Promise<PipelineExecution | undefined>
  executionsById(ids: readonly string[]): Promise<PipelineExecution[]>
  executions(
    pipelineName: string,
    page: {
      readonly before?: number | undefined
      readonly limit: number
      readonly succeededInStage?: string | undefined
      readonly version?: number | undefined
    },
  ): Promise<PageOf<PipelineExecution>>
  latestExecution(pipelineName: string, status?: ExecutionStatus): Promise<PipelineExecution | undefined>
  stageExecutions(executionIds: readonly string[]): Promise<StageExecution[]>
  action(id: string): Promise<ActionExecution | undefined>
  actionsById(ids: readonly string[]): Promise<ActionExecution[]>
  actions(
    pipelineName: string,
    page: { readonly before?: number | undefined; readonly limit: number; readonly executionId?: string | undefined },
  ): Promise<PageOf<ActionExecution>>
  rulesById(ids: readonly string[]): Promise<RuleExecution[]>
  rules(
    pipelineName: string,
    page: { readonly before?: number | undefined; readonly limit: number; readonly executionId?: string | undefined },
  ): Promise<PageOf<RuleExecution>>
  job(id: string): Promise<Job | undefined>
  /** In progress under this worker: what it had before it died. */
  jobsOfWorker(workerId: string): Promise<Job[]>
  /** Handed out or in progress, oldest first. */
  jobsInHand(limit: number): Promise<Job[]>
  /** How many jobs of each type may be taken now, and when the oldest was queued. */
  jobsWaiting(now: number): Promise<{ typeKey: string; count: number; oldest: number }[]>
  /** The job that works for an action or rule execution now. */
  jobOfAction(actionExecutionId: string): Promise<Job | undefined>
  revisionUsed(pipelineName: string, actionName: string, revisionId: string): Promise<string | undefined>
  /** Actions and rules in progress whose deadline has passed. */
  overdue(now: number, limit: number): Promise<{ pipelineName: string; executionId: string; id: string }[]>
  /** Handed out or in progress, and the lease was over at `now` (`EngineStore.now`). */
  expiredLeases(now: number, limit: number): Promise<Job[]>
}

/** A custom action type, and what UpdateActionType said of it. Deleted ones are remembered (J11). */
export interface StoredActionType {
  readonly type: ActionType
  readonly tags: Readonly<Record<string, string>>
  readonly deleted: boolean
  /** The newer, executor-bearing form, as a client gave it. */
  readonly declaration?: ActionTypeDeclaration
}

export interface StoredWebhook {
  readonly definition: WebhookDefinition
  /** What makes its URL unguessable. */
  readonly secretPath: string
  readonly tags: Readonly<Record<string, string>>
  readonly created: number
  readonly lastTriggered?: number
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly registered?: boolean
}

/** Named things that few have many of. */
export interface Shelf<T> {
  get(key: string): Promise<T | undefined>
  /** Ordered by key. */
  list(): Promise<T[]>
  /**
   * Changes one in a transaction, so that of two changes at once none is lost. `next` is given what is there, and how many
   * there are of the kind (deleted ones and partners' aside); it answers what shall be there, or `undefined` to take it
   * away. What it throws changes nothing. Errors: Busy.
   */
  change<After extends T | undefined>(
    key: string,
    next: (before: T | undefined, count: number) => After,
  ): Promise<After>
}

export interface OutboxEntry {
  readonly id: number
  readonly effects: readonly Effect[]
}

export interface EngineStore {
  readonly read: EngineReads
  readonly actionTypes: Shelf<StoredActionType>
  readonly webhooks: Shelf<StoredWebhook>
  /** What a deploy action is doing to each of its targets, in its order. */
  deployTargets(actionExecutionId: string): Promise<DeployTarget[]>
  /** An action execution's test reports, by name. */
  testReports(actionExecutionId: string): Promise<TestReport[]>
  /** Errors: those of `work`; Busy when another change stands in its way for too long; DatabaseUnavailable. */
  transact<T>(work: (unit: Unit) => Promise<T>): Promise<T>
  /** The database's clock, by which leases are judged; a database without one answers `server`, this server's. */
  now(server: number): Promise<number>
  /** Leases that still have their worker and fence begin anew; answers what became of each job. */
  heartbeat(
    workerId: string,
    held: readonly { readonly jobId: string; readonly fence: number }[],
    lease: LeaseTime,
  ): Promise<HeldState[]>
  /**
   * Every lease begins anew, also that of a job that waits for its acknowledgement; answers how many. In a database that has
   * no clock of its own, time limits of what is in progress move on by `awayMs`, or back: the one clock jumped by that much.
   */
  renewLeases(lease: LeaseTime & { readonly acknowledgeMs: number; readonly awayMs: number }): Promise<number>
  /** Hands each entry to `deliver`, oldest first, and forgets it. Answers how many. */
  drainOutbox(deliver: (entry: OutboxEntry) => Promise<void>, limit: number): Promise<number>
  /** Forgets executions that ended, with all that belongs to them; those that live stay. Answers how many (X11). */
  forgetExecutions(executionIds: readonly string[]): Promise<number>
  /** Forgets jobs that ended before then. */
  forgetJobs(before: number): Promise<void>
  signal(signal: Signal): void
  onSignal(listener: (signal: Signal) => void): () => void
}
