import { existsSync, mkdirSync } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { type Artifact } from '../domain/artifact.js'
import { isArtifactError } from '../domain/artifact-error.js'
import { checkedReport } from '../domain/checked-report.js'
import { type Clock, sleep } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { ExecutionDetails } from '../domain/job.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { ActionJob, InputArtifact } from '../host/action-job.js'
import type { HttpClient } from '../host/http-client.js'
import type { JobApiAccess } from '../host/job-api-access.js'
import { isJobFailed, JobFailed } from '../host/job-failed.js'
import type {
  DeployTarget,
  ExecOptions,
  ExecResult,
  InputOptions,
  JobContext,
  OutputOptions,
} from '../host/provider-context.js'
import type { ArtifactAccess } from './artifact-access.js'
import { type Captured, longestCapture, OutputCapture, outputFile } from './captured-output.js'
import type { SecretLookup } from './configuration.js'
import { baseEnvironment } from './environment.js'
import { createHttpClient } from './http-client.js'
import { asJobFailed, type LogSpool } from './log-spool.js'
import { enclosureFailure, sandboxHint } from './sandbox/hint.js'
import type { StepIsolation } from './sandbox/isolation.js'
import type { WorkerIsolation } from './sandbox/worker-isolation.js'
import type { StepRunner } from './step.js'
import type { StepSpec } from './step-files.js'
import { StepSequence } from './step-sequence.js'
import type { StepOutcome } from './step-watch.js'
import { commandLine, exceededWords, howItFailed } from './step-words.js'
import type { WorkFolder } from './workspace.js'

/** What a job's context is made of. */
export interface JobContextParts {
  readonly job: ActionJob<unknown>
  readonly inputs: readonly Artifact[]
  readonly outputs: readonly (Artifact & { readonly files?: readonly string[] })[]
  readonly folder: WorkFolder
  readonly log: LogSpool
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly steps: StepRunner
  readonly artifacts: ArtifactAccess
  readonly secrets: SecretLookup
  /** Decides what steps run in, and makes it; without it they run as they are, with the rights of this process. */
  readonly isolation?: WorkerIsolation
  /** What this job's steps run in, by its pipeline and its own wishes. */
  readonly stepIsolation?: StepIsolation
  /** Keeps the job's place where it outlives this process. */
  checkpoint(token: string): Promise<void>
  progress(details: ExecutionDetails): Promise<void>
  targets?(targets: readonly DeployTarget[]): Promise<void>
  testReport?(report: TestReportInput): Promise<void>
  jobApi(): Promise<JobApiAccess | undefined>
}

const LONGEST_CHECKPOINT = 2_048

/** A step was running and nobody can say how it ended. */
export class StepLost extends JobFailed {
  constructor(message: string) {
    super(message, 'SystemUnavailable')
  }
}

/** What a provider's `run` is given: durable steps, artifacts, the log, and the job's place. */
export class WorkerJobContext implements JobContext {
  readonly signal: AbortSignal
  readonly log: LogSpool
  readonly clock: Clock
  readonly http: HttpClient
  /** Why a step was lost, if one was: the job may be begun again then, whatever `run` made of it. */
  lost: string | undefined
  readonly #steps: StepSequence
  readonly #unpacked = new Map<string, Promise<InputArtifact>>()
  readonly #moving = new Set<Promise<unknown>>()
  #hasWorkspace = false
  #detached = false

  constructor(readonly parts: JobContextParts) {
    this.signal = parts.signal
    this.log = parts.log
    this.clock = parts.clock
    this.#steps = new StepSequence(parts.folder.steps, parts.job.checkpoint !== undefined)
    this.http = this.#guardedHttp()
  }

  /** Made when it is first asked for: many jobs have no use for one. */
  get workspace(): string {
    const { files } = this.parts.folder
    if (!this.#hasWorkspace) mkdirSync(files, { recursive: true })
    this.#hasWorkspace = true
    return files
  }

  /** From now on nothing answers any more: to the provider it is as if the server were killed. Steps go on. */
  detach(): void {
    this.#detached = true
  }

  /** Resolves when no artifact is being unpacked or packed any more: another context may then have the folder. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#moving)
  }

  get detached(): boolean {
    return this.#detached
  }

  input(name?: string, options: InputOptions = {}): Promise<InputArtifact> {
    const artifact = pick(this.parts.inputs, name, 'input')
    const known = this.#unpacked.get(artifact.name)
    if (known !== undefined) return known
    const unpacked = this.#guard(() => this.#move(this.#unpack(artifact, options)))
    this.#unpacked.set(artifact.name, unpacked)
    return unpacked
  }

  output(source: string, options: OutputOptions = {}): Promise<void> {
    return this.#guard(() => this.#move(this.#pack(source, options)))
  }

  exec(command: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#guard(() => this.#exec(command, options))
  }

  checkpoint(data: unknown): Promise<void> {
    return this.#guard(() => this.#checkpoint(data))
  }

  progress(details: ExecutionDetails): Promise<void> {
    const { summary } = details
    const shown = summary === undefined ? details : { ...details, summary: this.log.masker.mask(summary) }
    return this.#guard(() => this.parts.progress(shown))
  }

  targets(targets: readonly DeployTarget[]): Promise<void> {
    const { masker } = this.log
    const shown = targets.map((target) => ({
      ...target,
      events: target.events.map((event) =>
        event.message === undefined ? event : { ...event, message: masker.mask(event.message) },
      ),
    }))
    return this.#guard(async () => this.parts.targets?.(shown))
  }

  testReport(report: TestReportInput): Promise<void> {
    const { masker } = this.log
    const shown = checkedReport(report, (text) => masker.mask(text))
    return this.#guard(async () => this.parts.testReport?.(shown))
  }

  mask(value: string): void {
    this.log.mask(value)
  }

  secret(name: string): Promise<string | undefined> {
    return this.#guard(async () => {
      const value = await this.parts.secrets(name)
      if (value !== undefined) this.mask(value)
      return value
    })
  }

  sleep(ms: number): Promise<void> {
    return this.#guard(() => sleep(this.clock, ms, this.signal))
  }

  jobApi(): Promise<JobApiAccess | undefined> {
    return this.#guard(() => this.parts.jobApi())
  }

  #move<T>(work: Promise<T>): Promise<T> {
    const noted = work.finally(() => this.#moving.delete(noted))
    this.#moving.add(noted)
    return noted
  }

  async #unpack(artifact: Artifact, { outwardLinks = 'omit' }: InputOptions): Promise<InputArtifact> {
    const { folder, artifacts } = this.parts
    const target = join(folder.inputs, artifact.name)
    const { name, revisionId } = artifact
    if (!(await isThere(target))) {
      const notes = await explained(
        artifacts.fetch(artifact, target, folder.scratch, { outwardLinks, signal: this.signal }),
        this.signal,
        `input artifact "${name}" could not be unpacked`,
      )
      for (const note of notes) this.log.line(note)
    }
    return { name, folder: target, ...defined({ revisionId }) }
  }

  async #pack(path: string, { name, files, exclude, packed }: OutputOptions) {
    const artifact = pick(this.parts.outputs, name, 'output')
    const source = resolve(this.workspace, path)
    const { artifacts, folder: work } = this.parts
    const inside = await staysInside(source, work)
    const how = { inside, ...(packed ? { packed } : { files: files ?? artifact.files, exclude }) }
    const notes = await explained(
      artifacts.store(artifact, source, how, work.scratch, this.signal),
      this.signal,
      `output artifact "${artifact.name}" could not be stored`,
    )
    for (const note of notes) this.log.line(note)
  }

  async #exec(command: readonly [string, ...string[]], options: ExecOptions): Promise<ExecResult> {
    const title = this.log.masker.mask(options.label ?? commandLine(command))
    const spec = { folder: this.#steps.take(command, title), command, title, ...(await this.#surroundings(options)) }
    const running = this.parts.steps.run(spec, this.signal)
    const captured = spec.capture ? this.#capture(spec.folder, running, options) : undefined
    captured?.catch(() => {}) // heard of below, once the step has ended
    const outcome = await explained(running, this.signal, `"${title}" could not be started`)
    const output = await captured
    return { ...this.#judge(outcome, spec, options), ...(options.capture ? stdoutOf(output, spec) : {}) }
  }

  #capture(folder: string, running: Promise<unknown>, { capture, onLine, quiet }: ExecOptions): Promise<Captured> {
    const log = quiet ? {} : { log: this.log }
    const over = () => this.#detached
    return new OutputCapture({ folder, ...log, over, keep: capture === true, ...defined({ onLine }) }).follow(running)
  }

  /** Where a command runs, and with what. Errors: JobFailed ConfigurationError, when it cannot be enclosed as it must be. */
  async #surroundings(options: ExecOptions): Promise<Omit<StepSpec, 'folder' | 'command' | 'title'>> {
    const { job, folder, stepIsolation } = this.parts
    const isolation = stepIsolation && isolationOf(stepIsolation, options)
    const { workspace } = this
    const enclosure = isolation && (await this.parts.isolation?.enclose(folder, isolation))
    return {
      cwd: resolve(workspace, options.cwd ?? '.'),
      env: {
        ...baseEnvironment(job, workspace),
        ...enclosure?.env,
        ...Object.fromEntries(job.environmentVariables.map(({ name, value }) => [name, value])),
        ...options.env,
      },
      log: folder.spool,
      ...(options.capture || options.onLine !== undefined ? { capture: true } : {}),
      ...(options.timeout === undefined ? {} : { deadline: this.clock.now() + options.timeout }),
      ...(isolation === undefined ? {} : { level: isolation.level, limits: isolation.limits }),
      ...(enclosure === undefined ? {} : { enclosure }),
    }
  }

  #judge(outcome: StepOutcome, { title, folder: step, level, limits }: StepSpec, options: ExecOptions): ExecResult {
    if (outcome.kind === 'lost') {
      this.lost ??= `"${title}" was lost: ${outcome.reason}`
      throw new StepLost(this.lost)
    }
    if (outcome.killed === 'stop') this.signal.throwIfAborted()
    const { exitCode, signal, killed } = outcome
    const timedOut = killed === 'timeout'
    const { spool, root } = this.parts.folder
    const unmade = enclosureFailure(level, step, spool, exitCode)
    if (unmade !== undefined)
      throw new JobFailed(`"${title}" was not begun: its ${level} could not be made (${unmade})`)
    const failed = exitCode !== 0 || timedOut
    // A command that took too much is no result, whatever the provider makes of exit codes.
    const exceeded = exceededWords(outcome, limits ?? {}) !== undefined
    const hint = failed && !exceeded && killed === undefined ? sandboxHint(spool, root, level) : undefined
    if (hint !== undefined) this.log.line(`Note: ${hint}`)
    if (exceeded || (options.check !== false && failed)) {
      throw new JobFailed(`"${title}" ${howItFailed(outcome, options.timeout, limits)}`)
    }
    return { exitCode, ...(signal ? { signal } : {}), ...(timedOut ? { timedOut } : {}) }
  }

  async #checkpoint(data: unknown): Promise<void> {
    const token = JSON.stringify(data)
    if (token === undefined) throw new TypeError('checkpoint: undefined is no JSON; null is')
    if (token.length > LONGEST_CHECKPOINT) {
      throw new JobFailed(`checkpoint of ${token.length} characters of JSON: at most ${LONGEST_CHECKPOINT} are kept`)
    }
    await this.parts.checkpoint(token)
  }

  #guardedHttp(): HttpClient {
    const { clock, signal } = this.parts
    const client = createHttpClient({ clock, signal, mask: (text) => this.log.masker.mask(text) })
    return { request: (url, options) => this.#guard(() => client.request(url, options)) }
  }

  /** Lets a result through, unless the server has let go of the job meanwhile: then the caller waits for ever. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#detached) return forever<T>()
    try {
      const value = await work()
      return this.#detached ? await forever<T>() : value
    } catch (error) {
      if (this.#detached) await forever<T>()
      throw error
    }
  }
}

/** What one step runs in, of what its job's steps run in. */
function isolationOf(job: StepIsolation, { isolation, image }: ExecOptions): StepIsolation {
  const inside = image === undefined ? job : { ...job, image }
  return isolation === 'none' ? { ...inside, level: 'none' } : inside
}

/** Errors: JobFailed for more than is kept, and for a step that was begun when nobody asked for its output. */
function stdoutOf(captured: Captured | undefined, { folder, title }: StepSpec): { readonly stdout: string } {
  if (captured?.tooLong)
    throw new JobFailed(
      `"${title}" printed more than ${longestCapture / 1024 ** 2} MiB, which is all that capture keeps: write it to a file`,
    )
  if (!existsSync(outputFile(folder)))
    throw new JobFailed(`"${title}" ran before its output was asked for: retry the action`, 'SystemUnavailable')
  return { stdout: captured?.text ?? '' }
}

function pick<T extends { readonly name: string }>(all: readonly T[], name: string | undefined, kind: string): T {
  const found = name === undefined ? all[0] : all.find((artifact) => artifact.name === name)
  if (found !== undefined) return found
  const has = all.length > 0 ? `it has ${all.map((artifact) => artifact.name).join(', ')}` : 'it has none'
  throw new JobFailed(
    `the action has no ${kind} artifact${name === undefined ? '' : ` "${name}"`}: ${has}`,
    'ConfigurationError',
  )
}

/** Says in words what an artifact store or the system refused; aborts and failures pass as they are. */
async function explained<T>(work: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    signal.throwIfAborted()
    if (isJobFailed(error)) throw error
    if (isArtifactError(error)) throw new JobFailed(`${what}: ${error.message}`)
    throw asJobFailed(error, what)
  }
}

/**
 * A build may have put a link in the place of a folder of its own: it would be packed here, outside of its sandbox. What the
 * provider takes from elsewhere is its own affair. Answers what all of it must lie in while it is packed, for a plugin's
 * process may go on meanwhile. Errors: JobFailed naming the folder.
 */
async function staysInside(source: string, { root, files, inputs }: WorkFolder): Promise<string | undefined> {
  const own = [files, inputs].find((folder) => source === folder || source.startsWith(`${folder}${sep}`))
  if (own === undefined) return undefined
  const [found, base] = [await realpath(source).catch(() => undefined), await realpath(root)]
  if (found === undefined || found.startsWith(`${base}${sep}`)) return realpath(own).catch(() => undefined)
  throw new JobFailed(`"${relative(own, source)}" is a link that leads out of the action's folders: it is not packed`)
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function forever<T>(): Promise<T> {
  return new Promise<T>(() => {})
}
