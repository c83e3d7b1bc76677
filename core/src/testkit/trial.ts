/** One action execution that can be run, killed and run again, each time as a new server would do it. */

import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Clock, systemClock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { ExecutionDetails, JobData } from '../domain/job.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { ActionProvider } from '../host/action-provider.js'
import type { PropertyDeclarations } from '../host/action-type-declaration.js'
import type { RuleProvider } from '../host/rule-provider.js'
import { Launcher } from '../worker/launcher.js'
import { ActionLogs } from '../worker/log-service.js'
import { JobRun, type Runnable } from '../worker/run-job.js'
import { StepRunner } from '../worker/step.js'
import { readStatus, type StepSpec } from '../worker/step-files.js'
import { workFolder } from '../worker/workspace.js'
import { FolderArtifacts } from './folder-artifacts.js'
import { jobData } from './job-data.js'
import type { ActionRun, RunActionOptions } from './run-action.js'

/** A moment of an action's life at which something outside `run` was reached: there a server may die. */
export type TrialEvent = 'step' | 'checkpoint' | 'progress' | 'output'

/** Told of each event once it is on record; the action goes on when the answer resolves. */
export type OnTrialEvent = (event: TrialEvent) => void | Promise<void>

/** An action execution of its own folder. `run` may be called again after `kill`, on the same folder and checkpoint. */
export class Trial {
  readonly data: JobData
  readonly checkpoints: unknown[] = []
  readonly progress: ExecutionDetails[] = []
  readonly testReports: TestReportInput[] = []
  readonly #jobId = randomUUID()
  readonly #clock: Clock
  #token: string | undefined
  #kill = () => {}
  readonly #over = new AbortController()

  private constructor(
    readonly provider: Runnable & { readonly provider: string },
    readonly options: RunActionOptions,
    readonly folder: string,
  ) {
    this.data = jobData(provider, options)
    this.#clock = options.clock ?? systemClock
    this.#token = tokenOf(options)
  }

  static async make<P extends PropertyDeclarations>(
    provider: ActionProvider<P> | RuleProvider<P>,
    options: RunActionOptions,
  ): Promise<Trial> {
    const folder = await mkdtemp(join(tmpdir(), 'penstock-action-'))
    removeAtExit(folder)
    return new Trial(provider as unknown as Runnable & { readonly provider: string }, options, folder)
  }

  /** Where the steps of this action lie. */
  get steps(): string {
    return workFolder(join(this.folder, 'data'), this.data.actionExecutionId).steps
  }

  /** The log so far, as it is kept: not masked. */
  spool(): string {
    const { spool } = workFolder(join(this.folder, 'data'), this.data.actionExecutionId)
    return existsSync(spool) ? readFileSync(spool, 'utf8') : ''
  }

  /** Runs from the top, as a server that has just started; resolves with how it ended, or never when it was killed. */
  async run(onEvent: OnTrialEvent = () => {}, provider: Runnable = this.provider): Promise<ActionRun> {
    const launcher = new Launcher()
    const logs = new ActionLogs(join(this.folder, 'data'))
    const artifacts = new WatchedArtifacts(this.options.inputs ?? {}, join(this.folder, 'outputs'), onEvent)
    const grace = this.options.grace ?? 2_000
    const steps = new WatchedSteps({ launcher, clock: this.#clock, grace }, onEvent)
    const run = this.#jobRun(provider, logs, steps, artifacts, onEvent)
    const close = async () => {
      launcher.close()
      await logs.close()
    }
    this.#kill = () => {
      run.abandon()
      steps.detach()
      void close()
    }
    try {
      const report = await run.run()
      await logs.finish(this.data.actionExecutionId)
      const log = await readLog(logs, this.data.actionExecutionId)
      const remove = () => rm(this.folder, { recursive: true, force: true })
      const { checkpoints, progress, testReports, folder } = this
      return { ...report, log, outputs: artifacts.outputs, checkpoints, progress, testReports, folder, remove }
    } finally {
      await close()
    }
  }

  /** To the provider and its steps it is as if the server had been killed: nothing answers `run` any more, steps go on. */
  kill(): void {
    this.#kill()
  }

  /** Once everything was looked at: lets what a killed run left in this process (connections, timers) go too. */
  bury(): void {
    this.#over.abort(new Error('the trial is over'))
  }

  #jobRun(
    provider: Runnable,
    logs: ActionLogs,
    steps: StepRunner,
    artifacts: FolderArtifacts,
    onEvent: OnTrialEvent,
  ): JobRun {
    const { options } = this
    return new JobRun({
      provider,
      jobId: this.#jobId,
      data: this.data,
      ...defined({ continuationToken: this.#token }),
      dataFolder: logs.dataFolder,
      logs,
      steps,
      artifacts,
      clock: this.#clock,
      signal: options.signal ? AbortSignal.any([options.signal, this.#over.signal]) : this.#over.signal,
      secrets: async (name) => options.secrets?.[name],
      checkpoint: async (token) => {
        this.#token = token
        const kept = token === undefined ? undefined : (JSON.parse(token) as unknown)
        this.checkpoints.push(kept)
        options.onCheckpoint?.(kept)
        await onEvent('checkpoint')
      },
      testReport: async (report) => void this.testReports.push(report),
      progress: async (details) => {
        this.progress.push(details)
        options.onProgress?.(details)
        await onEvent('progress')
      },
      targets: async (targets) => options.onTargets?.(targets),
      jobApi: async () => (typeof options.jobApi === 'function' ? options.jobApi() : options.jobApi),
    })
  }
}

class WatchedSteps extends StepRunner {
  #detached = false

  constructor(
    parts: ConstructorParameters<typeof StepRunner>[0],
    readonly onEvent: OnTrialEvent,
  ) {
    super(parts)
  }

  override detach(): void {
    this.#detached = true
    super.detach()
  }

  override async run(spec: StepSpec, signal: AbortSignal) {
    const outcome = super.run(spec, signal)
    let ended = false
    const end = () => {
      ended = true
    }
    void outcome.then(end, end)
    while (!ended && !this.#detached && readStatus(spec.folder).start === undefined) await delay(5)
    await this.onEvent('step')
    return outcome
  }
}

class WatchedArtifacts extends FolderArtifacts {
  constructor(
    inputs: Readonly<Record<string, string>>,
    folder: string,
    readonly onEvent: OnTrialEvent,
  ) {
    super(inputs, folder)
  }

  override async store(...given: Parameters<FolderArtifacts['store']>) {
    const notes = await super.store(...given)
    await this.onEvent('output')
    return notes
  }
}

function tokenOf({ checkpoint, continuationToken }: RunActionOptions): string | undefined {
  if (continuationToken !== undefined) return continuationToken
  return checkpoint === undefined ? undefined : JSON.stringify(checkpoint)
}

const leftovers = new Set<string>()

function removeAtExit(folder: string): void {
  if (leftovers.size === 0) {
    process.once('exit', () => {
      for (const left of leftovers) rmSync(left, { recursive: true, force: true })
    })
  }
  leftovers.add(folder)
}

async function readLog(logs: ActionLogs, actionExecutionId: string): Promise<string> {
  let text = ''
  for (let from = 0, complete = false; !complete; ) {
    const chunk = await logs.read(actionExecutionId, from, 1024 * 1024)
    if (chunk === undefined) break
    text += chunk.text
    from = chunk.next
    complete = chunk.complete
  }
  return text
}
