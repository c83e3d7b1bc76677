/** What happened in a repository between two looks at its branches and tags, for git triggers (G1-G5). */
import { defined } from '../domain/defined.js'
import type { FoundRevision, GitEvent } from '../domain/git-event.js'
import type { ChangeInterest, ChangesFound, PollContext } from '../host/source-provider.js'
import { branchTip } from './branch-tip.js'
import { changedFiles } from './changed-files.js'
import type { GitSourceTarget } from './git-source.js'
import { listRefs } from './list-refs.js'
import { findPullRequestChanges, type PullRequestChanges, type PullRequestCursor } from './pull-requests.js'
import type { GitRef } from './ref-lines.js'
import type { GitLimits } from './remote.js'
import { withTimeLimit } from './time-limit.js'

/** The cursor's text, as JSON: what was asked for, and what was there. */
interface Cursor {
  readonly allBranches: boolean
  readonly tags: boolean
  readonly refs: Readonly<Record<string, string>>
  /** Absent while nobody asks for pull requests. */
  readonly pullRequests?: PullRequestCursor
}

const heads = 'refs/heads/'
const tags = 'refs/tags/'
/** Milliseconds for finding out which files a push changed; after that it counts as not known. */
const filesTimeout = 120_000
/** What one look may start: more is somebody mirroring a repository, not pushing to it. */
const eventsLimit = 50

/** SourceProvider.changesSince for git. Errors: GitError. */
export async function findChanges(
  target: GitSourceTarget,
  cursor: string | undefined,
  interest: ChangeInterest,
  ctx: PollContext,
  polling: { readonly timeout?: number },
): Promise<ChangesFound> {
  const limits = { ...polling, clock: ctx.clock, signal: ctx.signal }
  const { refs, url } = await look(target, interest, limits)
  const before = readCursor(cursor)
  const pulls = await pullRequestChanges(target, before?.pullRequests, interest, ctx)
  const now: Cursor = {
    allBranches: interest.allBranches,
    tags: interest.tags,
    refs: Object.fromEntries(refs.map(({ name, commit }) => [name, commit])),
    ...(pulls === undefined ? {} : { pullRequests: pulls.cursor }),
  }
  const changed =
    before === undefined
      ? []
      : refs.filter((ref) => covers(before, ref.name, target) && before.refs[ref.name] !== ref.commit)
  if (changed.length > eventsLimit)
    ctx.log(
      `${target.remote.url}: ${changed.length} branches and tags changed at once; only ${eventsLimit} are looked at`,
    )
  const revisions: FoundRevision[] = []
  for (const ref of changed.slice(0, eventsLimit)) {
    const event = await describeEvent(target, url, ref, before?.refs[ref.name], interest, ctx)
    const commitUrl = target.commitUrl?.(url, ref.commit)
    revisions.push({
      revisionId: ref.commit,
      revisionChangeId: ref.commit,
      event,
      ...defined({ revisionUrl: commitUrl }),
    })
  }
  return { revisions: [...revisions, ...(pulls?.revisions ?? [])], cursor: JSON.stringify(now) }
}

async function pullRequestChanges(
  { pullRequests, remote }: GitSourceTarget,
  before: PullRequestCursor | undefined,
  interest: ChangeInterest,
  ctx: PollContext,
): Promise<PullRequestChanges | undefined> {
  if (interest.pullRequests !== true) return undefined
  if (pullRequests !== undefined) return findPullRequestChanges(pullRequests, before, interest.changedFiles, ctx)
  ctx.log(`${remote.url}: no API is known that tells its pull requests, so only a webhook can`)
  return undefined
}

async function look(
  { remote, branch }: GitSourceTarget,
  interest: ChangeInterest,
  limits: GitLimits,
): Promise<{ refs: readonly GitRef[]; url: string }> {
  // The configured branch has to be there only where nothing else is looked at.
  if (!interest.allBranches && !interest.tags) {
    const tip = await branchTip(remote, branch, limits)
    return { refs: [{ name: heads + branch, commit: tip.commit }], url: tip.url }
  }
  const prefixes = [interest.allBranches ? heads : heads + branch, ...(interest.tags ? [tags] : [])]
  const { refs, url } = await listRefs(remote, prefixes, limits)
  const own = refs.filter(({ name }) => interest.allBranches || !name.startsWith(heads) || name === heads + branch)
  return { refs: own, url }
}

function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Cursor
  } catch {
    return undefined // Not ours: begin anew rather than fail for ever.
  }
}

/** False for what was not looked at before: it is not new only because a trigger asks for it now. */
function covers(before: Cursor, name: string, { branch }: GitSourceTarget): boolean {
  if (name.startsWith(tags)) return before.tags
  return before.allBranches || name === heads + branch
}

async function describeEvent(
  target: GitSourceTarget,
  url: string,
  { name, commit }: GitRef,
  previous: string | undefined,
  interest: ChangeInterest,
  ctx: PollContext,
): Promise<GitEvent> {
  const since = previous === undefined ? {} : { previousRevisionId: previous }
  if (name.startsWith(tags)) return { kind: 'tag', tag: name.slice(tags.length), ...since }
  const branch = name.slice(heads.length)
  if (previous === undefined) return { kind: 'push', branch, newBranch: true }
  const files = interest.changedFiles ? await filesOf(target, url, branch, previous, commit, ctx) : undefined
  return { kind: 'push', branch, ...since, ...defined({ changedFiles: files }) }
}

/** The changed files, or `undefined` when they cannot be found out (the old commit is gone, say): filters then let the push pass. */
async function filesOf(
  { remote }: GitSourceTarget,
  url: string,
  branch: string,
  from: string,
  to: string,
  ctx: PollContext,
): Promise<readonly string[] | undefined> {
  try {
    const request = { remote, url, from, to, branch }
    return await withTimeLimit(ctx, filesTimeout, `comparing ${from} with ${to}`, (signal) =>
      changedFiles({ ...request, signal }),
    )
  } catch (error) {
    if (ctx.signal.aborted) throw error
    ctx.log(
      `the changed files of ${remote.url} are not known, so path filters let this push pass: ${(error as Error).message}`,
    )
    return undefined
  }
}
