/** What every git source does, whatever its configuration looks like: polling, changes for triggers, fetching. */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { defined } from '../domain/defined.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { Revision } from '../domain/revision.js'
import type { ActionJob, ActionResult } from '../host/action-job.js'
import { JobFailed } from '../host/job-failed.js'
import type { JobContext } from '../host/provider-context.js'
import type { ChangeInterest, ChangesFound, PollContext } from '../host/source-provider.js'
import { branchTip } from './branch-tip.js'
import { type CommitInfo, subject } from './commit.js'
import { type Extras, forStrangers } from './extras.js'
import { fetchCommit, type GitEngine } from './fetch-commit.js'
import { findChanges } from './find-changes.js'
import { GitError } from './git-error.js'
import { listRefs } from './list-refs.js'
import type { PullRequestApi } from './pull-requests.js'
import { authorization, type GitRemote } from './remote.js'
import { stepRunner } from './step-runner.js'
import { withTimeLimit } from './time-limit.js'

/** Where one configured action gets its commits from. */
export interface GitSourceTarget {
  readonly remote: GitRemote
  readonly branch: string
  /** Tells accounts apart in poll keys, for credentials that change with time; drawn from the credentials when absent. */
  readonly identity?: string
  /** Hands the whole repository on (CODEBUILD_CLONE_REF) instead of the files alone. */
  readonly history?: boolean
  /** What is done about submodules and files of Git LFS; the settings' when absent. */
  readonly extras?: Extras
  /** Where pull requests are asked for, for triggers that want to know of them. */
  readonly pullRequests?: PullRequestApi
  /** A page that shows a commit, when there is one. `url` is the repository's. */
  commitUrl?(url: string, id: string): string
  /** Output variables besides AuthorDate, BranchName, CommitId and CommitMessage. */
  variables?(commit: CommitInfo, url: string): Readonly<Record<string, string>>
}

export interface GitSourceSettings {
  readonly engine?: GitEngine
  /** Milliseconds for one poll. 20,000 when absent. */
  readonly pollTimeout?: number
  /** Milliseconds for one fetch. Half an hour when absent. */
  readonly fetchTimeout?: number
  /** What a server may send where isomorphic-git fetches. 256 MB when absent. */
  readonly isomorphicMaxBytes?: number
  /** What is done about submodules and files of Git LFS, where a source does not say it itself. */
  readonly extras?: Extras
}

/** The methods of a SourceProvider that gitSource makes; the declaration is the plugin's. */
export interface GitSource<C> {
  pollKey(configuration: C): string
  latestRevision(configuration: C, ctx: PollContext): Promise<FoundRevision>
  newestOf(configuration: C, branch: string, ctx: PollContext): Promise<Revision | undefined>
  changesSince(
    configuration: C,
    cursor: string | undefined,
    interest: ChangeInterest,
    ctx: PollContext,
  ): Promise<ChangesFound>
  run(job: ActionJob<C>, ctx: JobContext): Promise<ActionResult>
}

const fetchTimeout = 30 * 60_000
/** Half of what V5 allows for all variables: a message can be of any length. */
const messageLimit = 60_000

/**
 * Makes a git source of a function that reads a configuration.
 * Errors of its methods: GitError when polling, JobFailed (J12's type) when running; messages name the URL and branch.
 */
export function gitSource<C>(
  locate: (configuration: C) => GitSourceTarget,
  settings: GitSourceSettings = {},
): GitSource<C> {
  const polling = settings.pollTimeout === undefined ? {} : { timeout: settings.pollTimeout }
  return {
    pollKey(configuration) {
      try {
        return pollKey(locate(configuration))
      } catch {
        // What is wrong is said by the poll itself, where its owner sees it.
        return `git ${hash(JSON.stringify(configuration))}`
      }
    },
    async latestRevision(configuration, ctx) {
      const { remote, branch, commitUrl } = locate(configuration)
      const tip = await branchTip(remote, branch, { ...polling, clock: ctx.clock, signal: ctx.signal })
      tellMove(remote, tip.url, ctx.log)
      const url = commitUrl?.(tip.url, tip.commit)
      return {
        revisionId: tip.commit,
        revisionChangeId: tip.commit,
        event: { kind: 'push', branch },
        ...defined({ revisionUrl: url }),
      }
    },
    async newestOf(configuration, branch, ctx) {
      const { remote } = locate(configuration)
      const limits = { ...polling, clock: ctx.clock, signal: ctx.signal }
      const { refs } = await listRefs(remote, [`refs/heads/${branch}`], limits)
      const found = refs.find(({ name }) => name === `refs/heads/${branch}`)
      return found && { revisionId: found.commit, revisionChangeId: found.commit }
    },
    changesSince: (configuration, cursor, interest, ctx) =>
      findChanges(locate(configuration), cursor, interest, ctx, polling),
    async run(job, ctx) {
      try {
        return await runFetch(locate(job.configuration), job, ctx, settings)
      } catch (error) {
        if (error instanceof GitError) throw new JobFailed(error.message, error.failureType)
        throw error
      }
    },
  }
}

function pollKey(target: GitSourceTarget): string {
  const identity = target.identity ?? authorization(target.remote) ?? target.remote.ssh?.identityFile ?? ''
  // Hashed: keys end up in tables and logs.
  return `git ${target.remote.url} ${target.branch} ${identity === '' ? 'anyone' : hash(identity)}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

const told = new Set<string>()

/** A renamed repository goes on working, and its owner learns of it once, not at every poll. */
function tellMove(remote: GitRemote, url: string, log: (message: string) => void): void {
  if (url === remote.url || told.has(remote.url)) return
  told.add(remote.url)
  log(`${remote.url} has moved to ${url}: enter the new URL, the old one may end any day`)
}

async function runFetch<C>(
  target: GitSourceTarget,
  job: ActionJob<C>,
  ctx: JobContext,
  settings: GitSourceSettings,
): Promise<ActionResult> {
  const { remote } = target
  // A trigger may have started it for another branch than the configured one.
  const branch = (job.sourceOverride === undefined ? job.revision?.branch : undefined) ?? target.branch
  hide(remote, ctx)
  const limits = { clock: ctx.clock, signal: ctx.signal }
  const pinned = wantedCommit(job)
  // Asked even for a pinned commit: what is wrong with the repository is said better here than by git, and where it is now.
  const tip = pinned === undefined ? await branchTip(remote, branch, limits) : undefined
  const url = tip?.url ?? (await listRefs(remote, [`refs/heads/${branch}`], limits)).url
  tellMove(remote, url, (message) => ctx.log.line(message))
  const id = pinned ?? tip?.commit ?? ''
  // After a restart the same commit is gone on with, though the branch may have moved.
  if (pinned === undefined) await ctx.checkpoint({ commit: id })
  const folder = join(ctx.workspace, 'source')
  const history = target.history === true
  const gitFolder = history ? join(folder, '.git') : join(ctx.workspace, 'git')
  const timeout = settings.fetchTimeout ?? fetchTimeout
  const runner = stepRunner(ctx, `git fetch ${remote.url} ${branch}`, timeout)
  const notice = (line: string) => ctx.log.line(line)
  const limit = defined({ maxBytes: settings.isomorphicMaxBytes })
  const wanted = { ...settings.extras, ...target.extras }
  const extras = job.untrusted ? forStrangers(wanted) : wanted
  ctx.log.line(`Fetching ${id}`)
  const commit = await withTimeLimit(ctx, timeout, `fetching ${id} from ${remote.url}`, (signal) =>
    fetchCommit(
      { remote, url, commit: id, branch, folder, gitFolder, history, signal, runner, notice, extras, ...limit },
      settings.engine,
    ),
  )
  ctx.log.line(`${id.slice(0, 12)} ${subject(commit)} (${commit.author})`)
  if (job.outputs.length > 0) await ctx.output(folder)
  // A tag, or a commit that somebody asked for, says nothing of where its branch is.
  const ofBranch = job.sourceOverride === undefined && (job.revision === undefined || job.revision.branch === branch)
  return describeResult({ ...target, branch }, url, commit, ofBranch)
}

function wantedCommit<C>({ sourceOverride, revision, checkpoint }: ActionJob<C>): string | undefined {
  if (sourceOverride === undefined) return revision?.revisionId ?? keptCommit(checkpoint)
  const { revisionType, revisionValue } = sourceOverride
  if (revisionType !== 'COMMIT_ID') {
    throw new JobFailed(`a git source takes a COMMIT_ID as its revision, not ${revisionType}`, 'ConfigurationError')
  }
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(revisionValue)) {
    throw new JobFailed(
      `the COMMIT_ID '${revisionValue}' must be a whole commit id of 40 lower-case hexadecimal digits`,
      'ConfigurationError',
    )
  }
  return revisionValue
}

function keptCommit(checkpoint: unknown): string | undefined {
  if (typeof checkpoint !== 'object' || checkpoint === null || !('commit' in checkpoint)) return undefined
  return typeof checkpoint.commit === 'string' ? checkpoint.commit : undefined
}

/** The password, and the header that it travels in: neither may show in a log. */
function hide(remote: GitRemote, ctx: JobContext): void {
  const password = remote.credentials?.()?.password
  const header = authorization(remote)
  if (password !== undefined && password !== '') ctx.mask(password)
  if (header !== undefined) ctx.mask(header.slice('Basic '.length))
}

function describeResult(target: GitSourceTarget, url: string, commit: CommitInfo, ofBranch: boolean): ActionResult {
  const commitUrl = target.commitUrl?.(url, commit.id)
  const summary = subject(commit)
  return {
    summary: summary.slice(0, 2048),
    externalExecutionId: commit.id,
    ...defined({ externalExecutionUrl: commitUrl }),
    outputVariables: {
      AuthorDate: timestamp(commit.authored),
      BranchName: target.branch,
      CommitId: commit.id,
      CommitMessage: commit.message.slice(0, messageLimit),
      ...target.variables?.(commit, url),
    },
    revision: {
      revisionId: commit.id,
      revisionChangeId: commit.id,
      revisionSummary: summary.slice(0, 2048),
      author: commit.author,
      created: commit.committed,
      ...defined({ revisionUrl: commitUrl, branch: ofBranch ? target.branch : undefined }),
    },
  }
}

/** `2026-01-02T03:04:05Z`, as AWS writes dates in variables. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z')
}
