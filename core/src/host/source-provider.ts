/** What looks for revisions, and fetches them. */
import type { Clock } from '../domain/clock.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { Revision } from '../domain/revision.js'
import type { ActionProvider } from './action-provider.js'
import type { ConfigurationOf, PropertyDeclarations } from './action-type-declaration.js'
import type { HttpClient } from './http-client.js'
import type { PollExecOptions, PollExecResult } from './poll-exec.js'

/**
 * What a source has while it polls.
 * @example
 * async function newest(ctx: PollContext) {
 *   const answer = await ctx.http.request('https://example.com/site.zip', { method: 'HEAD' })
 *   return { revisionId: answer.headers.etag ?? '' }
 * }
 */
export interface PollContext {
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly http: HttpClient
  /**
   * Runs a command and answers with what it printed; it ends with the poll. In a process of its own the plugin's sandbox is where
   * it runs, and `permissions: { exec: [PROGRAM] }` grants it.
   * Errors: the exit code with the last line of standard error, unless `check` is false; more than 1 MiB of output.
   * @example
   * const { stdout } = await ctx.exec(['git', 'ls-remote', 'https://example.com/site.git', 'HEAD'], { timeout: 10_000 })
   */
  exec(command: readonly [string, ...string[]], options?: PollExecOptions): Promise<PollExecResult>
  log(message: string): void
}

/**
 * What the git triggers of the pipelines that share a source want to know (G1-G4).
 * @example
 * const interest: ChangeInterest = { allBranches: true, tags: false, changedFiles: true }
 */
export interface ChangeInterest {
  /** Pushes to any branch, not only to the configured one. */
  readonly allBranches: boolean
  readonly tags: boolean
  /** Pull requests that were opened, got new commits, or were closed. */
  readonly pullRequests?: boolean
  /** Which files a push or pull request changed: costs a fetch of trees, so it is asked for only where a filter looks at paths. */
  readonly changedFiles: boolean
}

/**
 * What changesSince answers.
 * @example
 * const nothing: ChangesFound = { revisions: [], cursor: '42' }
 */
export interface ChangesFound {
  /** In the order in which they are to start executions; each has its `event`. */
  readonly revisions: readonly FoundRevision[]
  /** To be given to the next call: the provider's own text, kept with the source's state. Up to some hundred KB where a repository has thousands of branches. */
  readonly cursor: string
}

/**
 * A source: asked for its newest revision by the scheduler, and told to fetch a pinned one as a job.
 * @example
 * const polled = (source: SourceProvider) => source.polls?.({}) ?? true
 */
export interface SourceProvider<P extends PropertyDeclarations = PropertyDeclarations> extends ActionProvider<P> {
  /** The newest revision, cheaply. Errors: whatever is wrong with the source, in words for its owner. */
  latestRevision(configuration: ConfigurationOf<P>, ctx: PollContext): Promise<Revision | undefined>
  /**
   * The newest revision of a branch, which may be another than the configured one; `undefined` when there is no such
   * branch. Asked when a webhook tells of a push, since webhooks come late and out of order. Errors: as latestRevision.
   */
  newestOf?(configuration: ConfigurationOf<P>, branch: string, ctx: PollContext): Promise<Revision | undefined>
  /**
   * How often it is polled where neither penstock.yaml nor the pipeline's tag says so: a cron line, such as `H/15 * * * *` or
   * `@daily`, for what changes seldom or costs much to be asked. The server's own default when absent.
   */
  readonly schedule?: string
  /** Configurations with the same key are asked once, however many pipelines share them. The whole configuration when absent. */
  pollKey?(configuration: ConfigurationOf<P>): string
  /**
   * False when this configuration is not to be polled (CodePipeline's PollForSourceChanges). A source that a git trigger
   * names is polled nevertheless, unless a webhook tells of its changes.
   */
  polls?(configuration: ConfigurationOf<P>): boolean
  /**
   * What happened since an earlier call, for pipelines with git triggers: asked instead of `latestRevision` when a trigger
   * needs more than the configured branch's tip. Without a cursor nothing is reported, there is only a cursor to begin with.
   * Cheap when nothing happened: one request, as `latestRevision`. A provider without this method is polled for its tip only.
   * Errors: as latestRevision; the cursor then stays as it was.
   */
  changesSince?(
    configuration: ConfigurationOf<P>,
    cursor: string | undefined,
    interest: ChangeInterest,
    ctx: PollContext,
  ): Promise<ChangesFound>
}

/**
 * As defineAction, for sources.
 * @example
 * const clock = defineSource({
 *   provider: 'Clock',
 *   outputArtifacts: 1,
 *   configuration: {},
 *   latestRevision: async (_configuration, { clock }) => ({ revisionId: new Date(clock.now()).toISOString().slice(0, 10) }),
 *   async run(job, ctx) {
 *     await ctx.exec(['sh', '-c', 'date >date.txt'])
 *     await ctx.output('.')
 *     return job.revision ? { revision: job.revision } : {}
 *   },
 * })
 */
export function defineSource<const P extends PropertyDeclarations>(
  provider: Omit<SourceProvider<P>, 'category'>,
): SourceProvider<P> {
  return Object.assign(provider, { category: 'Source' as const })
}
