import type { Revision } from './revision.js'

/**
 * What happened in a repository: what git triggers match on (G1..G6).
 * @example
 * const event: GitEvent = { kind: 'push', branch: 'main', changedFiles: ['README.md'] }
 */
export interface GitEvent {
  readonly kind: 'push' | 'tag' | 'pullRequest'
  /** The branch that was pushed to; for a pull request, the one that it comes from. */
  readonly branch?: string
  readonly tag?: string
  readonly pullRequestEvent?: 'OPEN' | 'UPDATED' | 'CLOSED'
  /** The branch a pull request wants to go into. */
  readonly targetBranch?: string
  /** Relative paths; absent when the source cannot tell. */
  readonly changedFiles?: readonly string[]
  readonly newBranch?: boolean
  /** The commit that the branch or tag was at before; a pull request's base. Absent when there was none. */
  readonly previousRevisionId?: string
  /** `owner/name`, as the server that sent the event writes it. */
  readonly repository?: string
  /**
   * Set when a pull request comes from another repository: whose it is (absent when it is gone), and what its author is to
   * this one (`NONE`, `CONTRIBUTOR`, `MEMBER`, ...), as the server says it.
   */
  readonly fork?: { readonly repository?: string; readonly association?: string }
}

/**
 * A change that a source saw, or was told of by a webhook.
 * @example
 * const found: FoundRevision = { revisionId: 'f00ba4', event: { kind: 'tag', tag: 'v1.0' } }
 */
export interface FoundRevision extends Revision {
  readonly event?: GitEvent
}
