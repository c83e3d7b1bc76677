/** What a GitHub webhook's payload says, as revisions with events that git triggers match on (W4, G1-G4). Pure. */
import { defined } from './defined.js'
import type { FoundRevision, GitEvent } from './git-event.js'
import { single, type WebhookHeaders } from './webhook.js'

/**
 * Revisions to report, or why there are none.
 * @example
 * const nothing: GithubEvent = { kind: 'ignored', reason: 'a ping' }
 */
export type GithubEvent =
  | { readonly kind: 'revisions'; readonly revisions: readonly FoundRevision[] }
  | { readonly kind: 'ignored'; readonly reason: string }

/**
 * Reads a delivery: `push` (branches and tags) and `pull_request` (opened, reopened -> OPEN; synchronize -> UPDATED;
 * closed, merged or not -> CLOSED); `ping` and everything else is ignored with a reason. Never throws: a payload comes
 * from outside and may be anything.
 * @example
 * const event = githubEvent({ 'x-github-event': 'push' }, { ref: 'refs/heads/main' })
 * if (event.kind === 'revisions') console.log(event.revisions.length)
 */
export function githubEvent(headers: WebhookHeaders, payload: unknown): GithubEvent {
  const name = single(headers, 'x-github-event')
  const json = record(payload)
  if (name === 'push') return pushed(json)
  if (name === 'pull_request') return pullRequest(json)
  return ignored(name === undefined ? 'there is no X-GitHub-Event header' : `the event ${name} starts nothing`)
}

function pushed(json: Json): GithubEvent {
  const ref = text(json.ref) ?? ''
  const id = commitId(json.after)
  if (!/^[0-9a-f]{40,64}$/.test(text(json.after) ?? ''))
    return ignored("the push has no 'after', or one that is no commit's id: it must say where its branch is now")
  if (json.deleted === true || id === undefined) return ignored(`${ref || 'something'} was deleted`)
  const before = commitId(json.before)
  const repository = text(record(json.repository).full_name)
  const more = {
    ...defined({ repository, previousRevisionId: before }),
  }
  const head = record(json.head_commit)
  if (ref.startsWith('refs/tags/')) {
    // An annotated tag has an id of its own; the commit that it is about is the head commit.
    const event: GitEvent = { kind: 'tag', tag: ref.slice('refs/tags/'.length), ...more }
    return found({ ...describe(head), revisionId: commitId(head.id) ?? id, event })
  }
  if (!ref.startsWith('refs/heads/')) return ignored(`${ref || 'the push'} is neither a branch nor a tag`)
  const files = changedFiles(json)
  const event: GitEvent = {
    kind: 'push',
    branch: ref.slice('refs/heads/'.length),
    ...(json.created === true || before === undefined ? { newBranch: true } : {}),
    ...defined({ changedFiles: files }),
    ...more,
  }
  return found({ ...describe(head), revisionId: id, event })
}

/** GitHub lists at most so many commits; of a longer push the files of the others are not known. */
const commitsListed = 2048

function changedFiles(json: Json): readonly string[] | undefined {
  const commits = json.commits
  // A forced push lists only the commits that are new, and what went away is not among them.
  if (!Array.isArray(commits) || commits.length >= commitsListed || json.forced === true) return undefined
  const files = new Set<string>()
  for (const commit of commits.map(record)) {
    for (const list of [commit.added, commit.modified, commit.removed]) {
      if (!Array.isArray(list)) return undefined
      for (const file of list) if (typeof file === 'string') files.add(file)
    }
  }
  return [...files]
}

const actions: Readonly<Record<string, 'OPEN' | 'UPDATED' | 'CLOSED'>> = {
  opened: 'OPEN',
  reopened: 'OPEN',
  synchronize: 'UPDATED',
  closed: 'CLOSED',
}

function pullRequest(json: Json): GithubEvent {
  const action = text(json.action) ?? ''
  const happened = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (happened === undefined) return ignored(`a pull request that was ${action || 'touched'} starts nothing`)
  const pull = record(json.pull_request)
  const [head, base] = [record(pull.head), record(pull.base)]
  // What was merged is the commit that the target branch got; what was closed unmerged is still the proposed one.
  const merged = happened === 'CLOSED' && pull.merged === true ? commitId(pull.merge_commit_sha) : undefined
  const id = merged ?? commitId(head.sha)
  if (id === undefined) return ignored('the pull request has no commit')
  const names = { branch: text(head.ref), targetBranch: text(base.ref), previousRevisionId: commitId(base.sha) }
  const event: GitEvent = {
    kind: 'pullRequest',
    pullRequestEvent: happened,
    ...defined({ ...names, repository: text(record(json.repository).full_name) }),
    // What was merged is the target branch's own.
    ...(merged === undefined ? forkOf(pull, text(record(json.repository).full_name)) : {}),
  }
  const author = text(record(pull.user).login)
  const about = { revisionSummary: text(pull.title), revisionUrl: text(pull.html_url), author }
  return found({ revisionId: id, revisionChangeId: id, ...defined(about), event })
}

/**
 * Whether a pull request comes from another repository than the one it wants to go into (GitHub's shape, and Gitea's).
 * What cannot be told counts as a stranger's.
 * @example
 * const { fork } = forkOf({ head: { repo: { full_name: 'eve/site' } }, base: { repo: { full_name: 'acme/site' } } })
 */
export function forkOf(pull: Json, repository?: string): Pick<GitEvent, 'fork'> {
  const from = text(record(record(pull.head).repo).full_name)
  const into = text(record(record(pull.base).repo).full_name) ?? repository
  if (from !== undefined && from.toLowerCase() === into?.toLowerCase()) return {}
  return { fork: defined({ repository: from, association: text(pull.author_association) }) }
}

function describe(commit: Json): Omit<FoundRevision, 'revisionId'> {
  const created = Date.parse(text(commit.timestamp) ?? '')
  const id = commitId(commit.id)
  return {
    ...defined({
      revisionChangeId: id,
      revisionSummary: text(commit.message)?.split('\n', 1)[0]?.slice(0, 2048),
      revisionUrl: text(commit.url),
      author: text(record(commit.author).name),
    }),
    ...(Number.isNaN(created) ? {} : { created }),
  }
}

type Json = Readonly<Record<string, unknown>>

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A commit's id; `undefined` for anything else, the all-zero id that stands for "none" included. */
function commitId(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value) || /^0+$/.test(value)) return undefined
  return value
}

const ignored = (reason: string): GithubEvent => ({ kind: 'ignored', reason })
const found = (revision: FoundRevision): GithubEvent => ({ kind: 'revisions', revisions: [revision] })
