import type { SourceRevision } from './revision.js'

/**
 * What people can be told of.
 * @example
 * const kinds: readonly NotificationKind[] = ['approvalNeeded', 'executionFailed']
 */
export type NotificationKind =
  | 'approvalNeeded'
  | 'executionFailed'
  | 'executionSucceeded'
  | 'executionStarted'
  | 'executionStopped'
  | 'sourceFailed'

/**
 * Something that people want to know.
 * @example
 * const news: Notification = { kind: 'executionFailed', subject: 'site failed', message: 'Deploy: exit code 1' }
 */
export interface Notification {
  /** `executionStopped` is also of what was superseded or cancelled; only notifiers with `receivers` are told of it. */
  readonly kind: NotificationKind
  /** CodePipeline's NotificationArn of an approval, or the notifier's own kind of address. */
  readonly target?: string
  /** The NotificationArn that `topics` of penstock.yaml leads from: then the target is the operator's word, not a pipeline's. */
  readonly topic?: string
  readonly subject: string
  readonly message: string
  /** For approvals: the JSON document of the user guide (A4). */
  readonly document?: Readonly<Record<string, unknown>>
  readonly pipelineName?: string
  readonly pipelineExecutionId?: string
  /** Of an execution: `InProgress`, `Failed`, `Superseded`. */
  readonly status?: string
  /** The page about it. */
  readonly link?: string
  /** What an execution runs with, as far as it was known when this happened. */
  readonly revisions?: readonly SourceRevision[]
}
