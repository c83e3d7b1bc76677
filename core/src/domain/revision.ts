/** What a source action found: the thing that flows through a pipeline. */
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
}

/** Which revision an execution takes from one source action. */
export interface SourceRevision extends Revision {
  readonly actionName: string
}

export type SourceRevisionType = 'COMMIT_ID' | 'IMAGE_DIGEST' | 'S3_OBJECT_VERSION_ID' | 'S3_OBJECT_KEY'

/** Asked for by whoever starts an execution (X14). */
export interface SourceRevisionOverride {
  readonly actionName: string
  readonly revisionType: SourceRevisionType
  readonly revisionValue: string
}
