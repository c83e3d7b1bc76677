/** What a provider may use while it runs a job; `worker/job-context.ts` is what makes it. */

import type { Clock } from '../domain/clock.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { InputArtifact } from './action-job.js'
import type { HttpClient } from './http-client.js'
import type { JobApiAccess } from './job-api-access.js'

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
  /**
   * Answers with what the command prints to its standard output (`stdout` of the result, at most 16 MiB), which the log has
   * too. It is kept beside the step: the same after a restart. Standard error goes to the log alone; `2>&1` in a shell joins them.
   */
  readonly capture?: boolean
  /**
   * Called with each line of standard output as it comes, without its end, one after another; a promise is waited for.
   * After a restart the same lines come again, from the first on. Errors: what it throws is what `exec` throws once the command has ended.
   */
  readonly onLine?: (line: string) => void | Promise<void>
  /** What `capture` and `onLine` read is left out of the log: it is for the program, not for people. */
  readonly quiet?: boolean
  /** Said instead of the command line in the log and in errors. */
  readonly label?: string
  /**
   * `none`: a program of the provider's own, which runs nothing that comes from a repository and needs what the server's user
   * has (git with the user's ssh keys, docker with its socket). It runs as the server's user, outside of any sandbox.
   */
  readonly isolation?: 'none'
  /** Where steps run in containers: this image, rather than the action's `Image` or the server's. */
  readonly image?: string
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
  /** With `capture`: what it printed. */
  readonly stdout?: string
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
  /** Globs of what not to take of it. */
  readonly exclude?: readonly string[]
  /** The source is a zip already: its very bytes become the artifact, if they would unpack. */
  readonly packed?: boolean
}

/**
 * How an artifact becomes a folder.
 * @example
 * const asItWas: InputOptions = { outwardLinks: 'keep' }
 */
export interface InputOptions {
  /**
   * Links that lead out of the artifact (`/usr/bin/python3`): `omit`, unless given, leaves them out and says so in the log, so
   * that code which reads a file of the folder cannot be led to another; `keep` makes them, for builds. The first call decides.
   */
  readonly outwardLinks?: 'omit' | 'keep'
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
  input(name?: string, options?: InputOptions): Promise<InputArtifact>
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
  /** What tests or a coverage tool said: the whole report, under its group's name; once more takes its place. */
  testReport?(report: TestReportInput): Promise<void>
  /** From now on this value is `****` in the log. */
  mask(value: string): void
  /**
   * A named secret, which is masked from then on; `undefined` when no store has it. Absent in plugins with a process of their
   * own. On a worker elsewhere: one of that machine, or one that the job's own configuration names.
   */
  secret?(name: string): Promise<string | undefined>
  /** Waits; ends early, rejecting, when the job is aborted. Milliseconds. */
  sleep(ms: number): Promise<void>
  /** Where a child process or remote function finds Penstock's own API with credentials for this job only; absent when the aws-api plugin is off. */
  jobApi(): Promise<JobApiAccess | undefined>
}
