/** Pull requests from other people's copies of a repository: whose code may run, and on whose word. */
import type { Principal } from './access.js'
import type { FoundRevision } from './git-event.js'

/**
 * What a source does with pull requests from forks: nothing, ask somebody first, or run them; never with secrets.
 * @example
 * const policy: ForkPolicy = 'approve'
 */
export type ForkPolicy = (typeof forkPolicies)[number]

/** All of them, the first being the default. */
export const forkPolicies = ['off', 'approve', 'run'] as const

/** The property of a source action that says it. */
export const forkProperty = 'ForkPullRequests'

/** A pull request that waits for somebody's word. It is bound to its commit: a new push asks again. */
export interface ForkPullRequest {
  readonly pipelineName: string
  readonly actionName: string
  /** What the source is known by while its commits change: the fork and its branch. */
  readonly source: string
  readonly revision: FoundRevision
  readonly trigger: 'PollForSourceChanges' | 'Webhook' | 'WebhookV2' | 'CloudWatchEvent'
  readonly detail?: string
  /** Epoch milliseconds. */
  readonly asked: number
}

/** One commit of a pull request, and the source action that saw it. */
export interface ForkCommit {
  readonly pipelineName: string
  readonly actionName: string
  readonly revisionId: string
}

/** Somebody's word on those that wait. */
export interface ForkDecisions {
  /** Those of a pipeline, or of all; oldest first. */
  list(pipelineName?: string): Promise<readonly ForkPullRequest[]>
  /** Starts one, with just the commit that was looked at. Errors: ResourceNotFoundException; the engine's. */
  approve(by: Principal, at: ForkCommit): Promise<{ readonly pipelineExecutionId?: string }>
  /** Takes one out; a new push asks again. Errors: ResourceNotFoundException. */
  reject(at: ForkCommit): Promise<void>
}

/** Those that wait. */
export interface ForkPullRequestStore {
  /** Remembers it in place of what waits from the same source. */
  ask(request: ForkPullRequest): Promise<void>
  /** Of a pipeline, or of all; oldest first. */
  waiting(pipelineName?: string): Promise<ForkPullRequest[]>
  /** Takes the one with this commit out; `undefined` when there is none (any more). Only one caller gets it. */
  take(pipelineName: string, actionName: string, revisionId: string): Promise<ForkPullRequest | undefined>
}
