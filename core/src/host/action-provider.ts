/** What a provider plugin declares and does. This file, with plugin.ts, is the whole of what a plugin author reads. */
import type { ActionCategory, ActionOwner, ActionTypeSettings } from '../domain/action-type.js'
import type { Clock } from '../domain/clock.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { EnvironmentVariable } from '../domain/pipeline.js'
import type { Revision, SourceRevisionOverride } from '../domain/revision.js'

export type { FoundRevision, GitEvent } from '../domain/git-event.js'

/**
 * One configuration property of an action type: the service model's members, and what makes a good form of it.
 * @example
 * const port: PropertyDeclaration = { type: 'number', description: 'Where it listens', default: 8080 }
 */
export interface PropertyDeclaration {
  readonly type?: 'string' | 'number' | 'boolean'
  readonly description: string
  readonly required?: boolean
  /** Part of what tells one configured action from another. */
  readonly key?: boolean
  /** Shown as `****` everywhere but to the worker, and masked in logs (J3). */
  readonly secret?: boolean
  /** PollForJobs may select by it (J5). At most one. */
  readonly queryable?: boolean
  readonly default?: string | number | boolean
  /** The only values allowed. */
  readonly enum?: readonly string[]
  /** A regular expression that the whole value must match. */
  readonly pattern?: string
  readonly example?: string
}

/**
 * A configuration: its properties by name.
 * @example
 * const properties = { Task: { description: 'What to run', required: true } } as const satisfies PropertyDeclarations
 */
export type PropertyDeclarations = Readonly<Record<string, PropertyDeclaration>>

type ValueOf<P extends PropertyDeclaration> = P['type'] extends 'number'
  ? number
  : P['type'] extends 'boolean'
    ? boolean
    : P extends { readonly enum: readonly (infer E)[] }
      ? E
      : string

/** `true` where a value is always there: required, or with a default. */
type IsPresent<P extends PropertyDeclaration> = P extends {
  readonly required: true
}
  ? true
  : P extends { readonly default: string | number | boolean }
    ? true
    : false

/**
 * The type of `job.configuration`, drawn from the declaration.
 * @example
 * type C = ConfigurationOf<{ Task: { description: 'what to run'; default: 'default' }; Minutes: { type: 'number'; description: 'limit' } }>
 * const c: C = { Task: 'test' }
 */
export type ConfigurationOf<P extends PropertyDeclarations> = {
  readonly [K in keyof P as IsPresent<P[K]> extends true ? K : never]: ValueOf<P[K]>
} & {
  readonly [K in keyof P as IsPresent<P[K]> extends true ? never : K]?: ValueOf<P[K]>
}

/**
 * How many artifacts an action takes or gives: exactly `n`, or from `a` to `b`. 0..5 for what AWS knows (J2, S10).
 * @example
 * const upToFive: ArtifactCount = [0, 5]
 */
export type ArtifactCount = number | readonly [number, number]

/**
 * What every kind of provider declares: CodePipeline's ActionType, as an author writes it.
 * @example
 * const declared: ActionTypeDeclaration = {
 *   category: 'Build', provider: 'Make', inputArtifacts: 1, configuration: { Target: { description: 'What to make' } },
 * }
 */
export interface ActionTypeDeclaration<P extends PropertyDeclarations = PropertyDeclarations> {
  readonly category: ActionCategory
  /** `Custom` when absent. */
  readonly owner?: ActionOwner
  readonly provider: string
  /** `1` when absent. */
  readonly version?: string
  readonly description?: string
  readonly inputArtifacts?: ArtifactCount
  readonly outputArtifacts?: ArtifactCount
  readonly configuration: P
  /** A configuration is valid beyond its single properties: each answer is one problem, naming the property. */
  readonly validate?: (configuration: ConfigurationOf<P>) => readonly string[]
  readonly settings?: ActionTypeSettings
  /** Minutes until the engine gives up on one run; a day when absent (J10). */
  readonly timeoutInMinutes?: number
  /** The work may be begun again from its start when its worker was lost. False when absent. */
  readonly idempotent?: boolean
}

/**
 * A folder that an artifact was unpacked into.
 * @example
 * const { folder }: InputArtifact = await ctx.input('Code')
 * await ctx.exec(['make'], { cwd: folder })
 */
export interface InputArtifact {
  readonly name: string
  /** Absolute path. */
  readonly folder: string
  /** The revision it came from, where known. */
  readonly revisionId?: string
}

/**
 * The work that a provider is asked to do.
 * @example
 * const title = (job: ActionJob) => `${job.pipelineName}/${job.stageName}/${job.actionName}`
 */
export interface ActionJob<C = Readonly<Record<string, string>>> {
  readonly id: string
  readonly configuration: C
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly actionName: string
  readonly actionExecutionId: string
  readonly inputNames: readonly string[]
  readonly outputs: readonly {
    readonly name: string
    readonly files?: readonly string[]
  }[]
  /** For Source actions: what to fetch; absent when the execution was started by hand, then the newest. */
  readonly revision?: Revision
  readonly sourceOverride?: SourceRevisionOverride
  readonly commands: readonly string[]
  readonly environmentVariables: readonly EnvironmentVariable[]
  /** The declaration's `outputVariables`: which variables of its environment a Commands action puts out. */
  readonly outputVariableNames?: readonly string[]
  /** What `ctx.checkpoint` last kept, after a restart or a continuation. */
  readonly checkpoint?: unknown
  /** The same as text: what a worker or function of somebody else's making gave as continuation token. */
  readonly continuationToken?: string
}

/**
 * What a provider answers when its work is done. Nothing at all is success too.
 * @example
 * const result: ActionResult = { summary: '12 tests', outputVariables: { Tests: '12' } }
 */
export interface ActionResult {
  readonly summary?: string
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  /** For later actions, as `#{namespace.key}`. At most 122,880 bytes together (V5). */
  readonly outputVariables?: Readonly<Record<string, string>>
  /** For Source actions: the revision that was fetched. */
  readonly revision?: Revision
}

/**
 * How a command runs.
 * @example
 * const options: ExecOptions = { env: { CI: 'true' }, timeout: 60_000, check: false }
 * const { exitCode } = await ctx.exec(['make', 'test'], options)
 */
export interface ExecOptions {
  /** Absolute, or relative to the job's workspace, which is the default. */
  readonly cwd?: string
  /** Added to a small, clean environment (PATH, HOME, LANG, CI, PENSTOCK_*, the job's own variables). */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds; the whole process group gets TERM, then KILL. */
  readonly timeout?: number
  /** Answer with the exit code instead of failing the job on a non-zero one. */
  readonly check?: boolean
  /** Said instead of the command line in the log and in errors. */
  readonly label?: string
}

/**
 * How a command ended.
 * @example
 * const { exitCode, timedOut }: ExecResult = await ctx.exec(['make'], { check: false })
 */
export interface ExecResult {
  readonly exitCode: number
  /** `SIGTERM` and so on: what the exit code (143) stands for. */
  readonly signal?: string
  /** True when it was ended because of `timeout`. */
  readonly timedOut?: boolean
}

/**
 * A line or piece of an action's log. ANSI colours are kept; secrets are masked.
 * @example
 * const log: ActionLog = ctx.log
 * log.line('begun')
 */
export interface ActionLog {
  write(text: string): void
  line(text: string): void
}

/**
 * A small HTTP client: JSON in and out, retries for what is safe to retry, a time limit, aborted with the job.
 * @example
 * const http: HttpClient = ctx.http
 * const answer = await http.request('https://ci.example.com/api/builds/7')
 */
export interface HttpClient {
  request(url: string, options?: HttpRequest): Promise<HttpResponse>
}

/**
 * A request, but for its URL.
 * @example
 * const request: HttpRequest = { method: 'POST', body: { ref: 'main' }, timeout: 10_000 }
 */
export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** A string or bytes as they are; anything else as JSON. */
  readonly body?: unknown
  /** Milliseconds for one try. 30,000 when absent. */
  readonly timeout?: number
  /** How often a failed try (network, 429, 5xx) is repeated. 3 for GET and HEAD, 0 for the rest. */
  readonly retries?: number
}

/**
 * An answer, read whole.
 * @example
 * const answer: HttpResponse = await ctx.http.request('https://ci.example.com/api/builds/7')
 * if (!answer.ok) throw new JobFailed(`HTTP ${answer.status}`)
 */
export interface HttpResponse {
  readonly status: number
  readonly ok: boolean
  readonly headers: Readonly<Record<string, string>>
  text(): string
  /** Errors: a JobFailed that quotes the start of what is not JSON. */
  json(): unknown
}

/**
 * One host, instance or the like that an action deploys to: the service model's DeployActionExecutionTarget.
 * @example
 * const web1: DeployTarget = { targetId: 'web1', targetType: 'SSH', status: 'InProgress', events: [] }
 * await ctx.targets?.([web1])
 */
export interface DeployTarget {
  readonly targetId: string
  /** What kind of target, such as `SSH`. */
  readonly targetType: string
  readonly status: string
  /** Milliseconds since the epoch. */
  readonly startTime?: number
  readonly endTime?: number
  readonly events: readonly {
    readonly name: string
    readonly status: string
    readonly startTime?: number
    readonly endTime?: number
    /** The event's context.message: why it failed. */
    readonly message?: string
  }[]
}

/**
 * How a folder becomes an artifact.
 * @example
 * const classes: OutputOptions = { name: 'Classes', files: ['target/classes/**'] }
 */
export interface OutputOptions {
  /** Of the output artifact; the first one when absent. */
  readonly name?: string
  /** Globs, relative to the folder, of what to take; all when absent. */
  readonly files?: readonly string[]
  /** The source is a zip already: its very bytes become the artifact, if they would unpack. */
  readonly packed?: boolean
}

/**
 * What a job may use while it runs.
 * @example
 * async function build(ctx: JobContext) {
 *   const { folder } = await ctx.input()
 *   await ctx.exec(['make'], { cwd: folder })
 *   await ctx.output(folder, { files: ['dist/**'] })
 * }
 */
export interface JobContext {
  /** Aborted when the execution is stopped, the action timed out, or the server goes down for good. */
  readonly signal: AbortSignal
  readonly log: ActionLog
  readonly clock: Clock
  readonly http: HttpClient
  /** A folder of this action execution's own, kept until it ends, also over a restart. */
  readonly workspace: string
  /** Unpacks an input artifact (the only or first one when unnamed), once, into a folder of its own. */
  input(name?: string): Promise<InputArtifact>
  /** Makes a folder, or a zip as it is, an output artifact (the first one when unnamed). */
  output(source: string, options?: OutputOptions): Promise<void>
  /**
   * Runs a command as a durable step: it outlives the server, and when `run` is called again after a restart the same
   * call answers with the step that already ran or still runs. Output goes to the log.
   * Errors: JobFailed with the exit code or signal, unless `check` is false.
   */
  exec(command: readonly [string, ...string[]], options?: ExecOptions): Promise<ExecResult>
  /** Keeps the job's place (JSON, at most 2,048 characters): after a restart `job.checkpoint` has it. */
  checkpoint(data: unknown): Promise<void>
  /** Shown on the page and in GetPipelineState (J8). */
  progress(details: {
    readonly percentComplete?: number
    readonly summary?: string
    readonly externalExecutionId?: string
    readonly externalExecutionUrl?: string
  }): Promise<void>
  /** For Deploy actions: the state of all targets, each time the whole list (ListDeployActionExecutionTargets). */
  targets?(targets: readonly DeployTarget[]): Promise<void>
  /** From now on this value is `****` in the log. */
  mask(value: string): void
  /** Waits; ends early, rejecting, when the job is aborted. Milliseconds. */
  sleep(ms: number): Promise<void>
  /** Where a child process or remote function finds Penstock's own API with credentials for this job only; absent when the aws-api plugin is off. */
  jobApi(): Promise<JobApiAccess | undefined>
}

/**
 * For functions that speak CodePipeline's job API themselves (lambda-invoke).
 * @example
 * const access: JobApiAccess | undefined = await ctx.jobApi()
 * if (access) ctx.log.line(access.endpoint)
 */
export interface JobApiAccess {
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string
  }
  readonly inputArtifacts: readonly {
    readonly name: string
    readonly bucketName: string
    readonly objectKey: string
    readonly revision?: string
  }[]
  readonly outputArtifacts: readonly {
    readonly name: string
    readonly bucketName: string
    readonly objectKey: string
  }[]
  /** Resolves when the function itself reported this job's result through the API, with what it reported. */
  reported(): Promise<ReportedResult>
}

/**
 * What a function reported.
 * @example
 * const done: ReportedResult = { outcome: 'success', summary: 'all links work' }
 */
export type ReportedResult =
  | ({
      readonly outcome: 'success'
      readonly continuationToken?: string
      readonly percentComplete?: number
    } & ActionResult)
  | {
      readonly outcome: 'failure'
      readonly type: string
      readonly message: string
      readonly externalExecutionId?: string
    }

/**
 * Does one kind of action. `run` may be called again after a restart, from its top (see JobContext.exec and checkpoint).
 * @example
 * const noop: ActionProvider = { category: 'Test', provider: 'Noop', configuration: {}, run: async () => ({ summary: 'done' }) }
 */
export interface ActionProvider<P extends PropertyDeclarations = PropertyDeclarations>
  extends ActionTypeDeclaration<P> {
  run(job: ActionJob<ConfigurationOf<P>>, ctx: JobContext): Promise<ActionResult | undefined | void>
}

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
  /** Configurations with the same key are asked once, however many pipelines share them. The whole configuration when absent. */
  pollKey?(configuration: ConfigurationOf<P>): string
  /** False when this configuration is not to be polled (CodePipeline's PollForSourceChanges). */
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
 * Judges one rule of a condition (C5).
 * @example
 * const always: RuleProvider = { provider: 'Always', configuration: {}, run: async () => ({ summary: 'it holds' }) }
 */
export interface RuleProvider<P extends PropertyDeclarations = PropertyDeclarations> {
  readonly provider: string
  readonly version?: string
  readonly description?: string
  readonly configuration: P
  readonly inputArtifacts?: ArtifactCount
  /** Answers, or throws JobFailed when the rule does not hold. */
  run(job: ActionJob<ConfigurationOf<P>>, ctx: JobContext): Promise<ActionResult | undefined | void>
}

/**
 * Gives an ActionProvider its types: `job.configuration` follows from `configuration`.
 * @example
 * const hello = defineAction({
 *   category: 'Build',
 *   provider: 'Hello',
 *   configuration: { Name: { description: 'Whom to greet', required: true } },
 *   async run(job, ctx) {
 *     await ctx.exec(['echo', `hello ${job.configuration.Name}`])
 *   },
 * })
 */
export function defineAction<const P extends PropertyDeclarations>(provider: ActionProvider<P>): ActionProvider<P> {
  return provider
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

/**
 * As defineAction, for rules.
 * @example
 * const even = defineRule({
 *   provider: 'Even',
 *   configuration: { Number: { type: 'number', description: 'What to judge', required: true } },
 *   async run({ configuration }) {
 *     if (configuration.Number % 2 !== 0) throw new JobFailed(`${configuration.Number} is odd`)
 *   },
 * })
 */
export function defineRule<const P extends PropertyDeclarations>(provider: RuleProvider<P>): RuleProvider<P> {
  return provider
}
