/**
 * What a source action found: the thing that flows through a pipeline.
 * @example
 * const revision: Revision = { revisionId: 'f00ba4', revisionSummary: 'Fix the door', created: Date.now() }
 */
export interface Revision {
  /** The commit id, object version or whatever pins it. */
  readonly revisionId: string
  /** The commit message's first line, an object's ETag, ... */
  readonly revisionSummary?: string
  readonly revisionUrl?: string
  readonly author?: string
  /** Epoch milliseconds. */
  readonly created?: number
  /** What changed since it was last looked at; equal to revisionId where the provider has nothing better. */
  readonly revisionChangeId?: string
  /** The branch that it was seen on, where the source has branches: the same commit on another one is another event. */
  readonly branch?: string
}

/**
 * Which revision an execution takes from one source action.
 * @example
 * const found: SourceRevision = { actionName: 'Fetch', revisionId: 'f00ba4' }
 */
export interface SourceRevision extends Revision {
  readonly actionName: string
  /** It is a pull request's, which anybody who may open one has written. */
  readonly pullRequest?: boolean
}

/**
 * What kind of revision a start may ask for.
 * @example
 * const type: SourceRevisionType = 'COMMIT_ID'
 */
export type SourceRevisionType = 'COMMIT_ID' | 'IMAGE_DIGEST' | 'S3_OBJECT_VERSION_ID' | 'S3_OBJECT_KEY'

/**
 * Asked for by whoever starts an execution (X14).
 * @example
 * const fixed: SourceRevisionOverride = { actionName: 'Fetch', revisionType: 'COMMIT_ID', revisionValue: 'f00ba4' }
 */
export interface SourceRevisionOverride {
  readonly actionName: string
  readonly revisionType: SourceRevisionType
  readonly revisionValue: string
}
