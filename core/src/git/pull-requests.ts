/** What happened to a repository's pull requests between two looks at those that are open (G1-G3). */
import { defined } from '../domain/defined.js'
import type { FoundRevision, GitEvent } from '../domain/git-event.js'
import type { PollContext } from '../host/source-provider.js'

/** One pull request, as a server's API tells it. */
export interface PullRequest {
  readonly number: number
  /** The newest proposed commit; of a merged one, the commit that the target branch got. */
  readonly commit: string
  readonly branch?: string
  readonly targetBranch: string
  /** The target branch's commit that it is compared with. */
  readonly base?: string
  readonly title?: string
  readonly url?: string
  readonly author?: string
  /** Set when it comes from another repository (see GitEvent). */
  readonly fork?: GitEvent['fork']
}

export interface OpenPullRequests {
  readonly list: readonly PullRequest[]
  /** False when there are more than the server was asked for: those that are missing may still be open. */
  readonly complete: boolean
  /** For the next question, which is cheap when nothing changed. */
  readonly etag?: string
}

/** A server's API, for one repository. Errors of all: GitError. */
export interface PullRequestApi {
  /** `unchanged` only when an `etag` was given. */
  open(ctx: PollContext, etag: string | undefined): Promise<OpenPullRequests | 'unchanged'>
  /** One that is not open any more; `undefined` when it is gone altogether. */
  closed(ctx: PollContext, number: number): Promise<PullRequest | undefined>
  /** The changed paths, at least the first hundred (G4). */
  files(ctx: PollContext, number: number): Promise<readonly string[]>
}

/** What was open at a look, kept in the cursor. */
export interface PullRequestCursor {
  readonly etag?: string
  /** The proposed commit of each, by number. */
  readonly open: Readonly<Record<string, string>>
}

export interface PullRequestChanges {
  readonly revisions: readonly FoundRevision[]
  readonly cursor: PullRequestCursor
}

/** Opened ones, those with new commits, and closed ones. The first look only begins. Errors: GitError. */
export async function findPullRequestChanges(
  api: PullRequestApi,
  before: PullRequestCursor | undefined,
  changedFiles: boolean,
  ctx: PollContext,
): Promise<PullRequestChanges> {
  const now = await api.open(ctx, before?.etag)
  if (now === 'unchanged') return { revisions: [], cursor: before ?? { open: {} } }
  const open = Object.fromEntries(now.list.map(({ number, commit }) => [number, commit]))
  const etag = now.etag === undefined ? {} : { etag: now.etag }
  if (before === undefined) return { revisions: [], cursor: { ...etag, open } }
  const gone = Object.keys(before.open).filter((number) => !(number in open))
  const cursor = { ...etag, open: now.complete ? open : { ...before.open, ...open } }
  const told = now.list.filter(({ number, commit }) => before.open[number] !== commit)
  const revisions: FoundRevision[] = []
  for (const pull of told) {
    const event = pull.number in before.open ? 'UPDATED' : 'OPEN'
    revisions.push(await found(api, pull, event, changedFiles, ctx))
  }
  for (const number of now.complete ? gone : []) {
    const pull = await api.closed(ctx, Number(number))
    if (pull !== undefined) revisions.push(await found(api, pull, 'CLOSED', changedFiles, ctx))
  }
  return { revisions, cursor }
}

async function found(
  api: PullRequestApi,
  pull: PullRequest,
  pullRequestEvent: NonNullable<GitEvent['pullRequestEvent']>,
  changedFiles: boolean,
  ctx: PollContext,
): Promise<FoundRevision> {
  const { commit, branch, targetBranch, base, title, url, author, fork } = pull
  const files = changedFiles ? await api.files(ctx, pull.number) : undefined
  return {
    revisionId: commit,
    revisionChangeId: commit,
    ...(title === undefined ? {} : { revisionSummary: title.slice(0, 2048) }),
    ...defined({ revisionUrl: url, author }),
    event: {
      kind: 'pullRequest',
      pullRequestEvent,
      targetBranch,
      ...defined({ branch, previousRevisionId: base, changedFiles: files, fork }),
    },
  }
}
