import { availableParallelism } from 'node:os'
import { actionTypeKey } from '../domain/action-type.js'
import { within } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { Job } from '../domain/job.js'
import { HeldRun } from './held.js'
import { JobDesk } from './job-desk.js'
import { Launcher } from './launcher.js'
import { leftoverIds } from './leftovers.js'
import { Reaper } from './reaper.js'
import { untilAccepted } from './retry.js'
import { type Claimable, claimable } from './slots.js'
import { StepRunner } from './step.js'
import type { WorkerParts } from './worker-parts.js'

const HEARTBEAT = 10_000
/** Milliseconds between two looks for jobs that may have a spare slot. */
const SPARE_PAUSE = 1_000

/**
 * Claims jobs, runs them and delivers their results; see README.md for a job's life. Several workers may share a queue,
 * each with an id and a data folder of its own.
 */
export class Worker {
  readonly #held = new Map<string, HeldRun>()
  readonly #launcher = new Launcher()
  readonly #steps: StepRunner
  readonly #reaper: Reaper
  readonly #desk: JobDesk
  readonly #stop = new AbortController()
  readonly #tasks = new Set<Promise<void>>()
  #unsubscribe: (() => void)[] = []
  #cancelTick = () => {}
  #cancelSpare = () => {}
  #askedForSpare = Number.NEGATIVE_INFINITY
  #open = false
  #claiming = false
  #claimed: Promise<void> = Promise.resolve()
  #again = false
  #beating = false

  constructor(readonly parts: WorkerParts) {
    const grace = parts.grace ?? 10_000
    const { cgroups } = parts.isolation ?? {}
    this.#steps = new StepRunner({ launcher: this.#launcher, clock: parts.clock, grace, ...defined({ cgroups }) })
    this.#reaper = new Reaper(parts.clock, grace)
    this.#desk = new JobDesk(parts, this.#steps, this.#reaper, this.#stop.signal)
  }

  /** The jobs in hand now. */
  get running(): readonly Job[] {
    return [...this.#held.values()].map(({ job }) => job)
  }

  /** Takes up what a worker of this id left, clears up what is nobody's, and begins to claim. */
  async start(): Promise<void> {
    const { client, workerId, dataFolder } = this.parts
    const left = leftoverIds(dataFolder)
    this.parts.isolation?.cgroups?.sweep(new Set(left))
    const recovered = await untilAccepted(() => client.recover(workerId), this.#retry('recover'))
    for (const job of recovered) this.#take(job, true)
    this.#open = true
    this.#unsubscribe = [client.onWork(() => this.#claim()), client.onCancel?.(() => this.#beat()) ?? (() => {})]
    this.#tick()
    this.#claim()
    // After the first claim: a job whose lease ran out while we were away may come back, and its steps with it.
    this.#track(this.#claimed.then(() => this.#clearLeft(left)))
  }

  /**
   * Lets go of everything: steps run on, jobs stay in progress, and the next worker of this id takes both up. Results
   * that are ready are still delivered, for up to `patience` milliseconds. Jobs are ended by cancelling them, not by this.
   */
  async stop(patience = 5_000): Promise<void> {
    this.#open = false
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe()
    this.#cancelTick()
    this.#cancelSpare()
    const delivering = [...this.#held.values()].filter((held) => !this.#desk.detach(held))
    const delivered = Promise.all(delivering.map((held) => this.#desk.delivered(held)))
    const cleared = delivered.then(() => this.#desk.cleared())
    await within(this.parts.clock, patience, cleared, () => undefined)
    this.#stop.abort(new Error('the worker stops'))
    this.#steps.detach()
    this.#launcher.close()
  }

  #take(job: Job, recovered: boolean): void {
    const held = new HeldRun(job, this.parts.clock, this.parts.patience ?? 30_000)
    this.#held.set(job.id, held)
    const done = this.#desk.process(held, recovered).finally(() => {
      this.#held.delete(job.id)
      this.#claim()
    })
    this.#track(done)
  }

  #claim(): void {
    if (!this.#open) return
    this.#again = true
    if (this.#claiming) return
    this.#claimed = this.#claimWhileThereIs()
    this.#track(this.#claimed)
  }

  async #claimWhileThereIs(): Promise<void> {
    this.#claiming = true
    try {
      while (this.#again) {
        this.#again = false
        await this.#claimOnce()
      }
    } finally {
      this.#claiming = false
    }
  }

  /** Each group of types once; where there are no rules of slots, that is one claim. */
  async #claimOnce(): Promise<void> {
    const tried = new Set<string>()
    for (;;) {
      const next = this.#claimable().find(({ keys }) => !tried.has(keys.join()))
      if (next === undefined) return
      if (next.spare && !this.#mayAskForSpare()) return
      tried.add(next.keys.join())
      await this.#claimOf(next)
    }
  }

  async #claimOf({ keys, limit }: Claimable): Promise<void> {
    const { client, workerId } = this.parts
    const jobs = await untilAccepted(() => client.claim(workerId, keys, limit), this.#retry('claim'))
    // What was handed out while we were stopping is in progress under our id: the next start recovers it.
    if (this.#open) for (const job of jobs) this.#take(job, false)
  }

  #claimable(): readonly Claimable[] {
    const { providers, slots = {} } = this.parts
    const held = this.running.map(({ data }) => actionTypeKey(data.actionTypeId))
    const pluginOf = (key: string) => providers.pluginOf?.(key)
    return claimable({ keys: providers.keys(), held, pluginOf, concurrency: this.#limit(), rules: slots })
  }

  /** A worker that is full would otherwise ask at each job's end; once in a while does. */
  #mayAskForSpare(): boolean {
    const { clock } = this.parts
    if (clock.now() - this.#askedForSpare >= SPARE_PAUSE) {
      this.#askedForSpare = clock.now()
      return true
    }
    this.#cancelSpare()
    this.#cancelSpare = clock.after(SPARE_PAUSE, () => this.#claim())
    return false
  }

  #limit(): number {
    return this.parts.concurrency ?? Math.max(4, 2 * availableParallelism())
  }

  /** Every ten seconds: a heartbeat, and a look at the queue in case a signal was lost. */
  #tick(): void {
    this.#cancelTick = this.parts.clock.after(HEARTBEAT, () => {
      this.#beat()
      this.#claim()
      this.#tick()
    })
  }

  #beat(): void {
    if (this.#beating || this.#held.size === 0) return
    this.#beating = true
    const beat = this.#heartbeat().finally(() => {
      this.#beating = false
    })
    this.#track(beat)
  }

  async #heartbeat(): Promise<void> {
    const held = [...this.#held.values()].map(({ job: { id, fence } }) => ({ jobId: id, fence }))
    for (const { jobId, cancel, gone } of await this.parts.client.heartbeat(held)) {
      if (gone) this.#held.get(jobId)?.cancel('gone')
      else if (cancel) this.#held.get(jobId)?.cancel(cancel)
    }
  }

  #retry(what: string) {
    const { clock, log } = this.parts
    return {
      clock,
      signal: this.#stop.signal,
      onFailure: (error: unknown, pause: number) =>
        log.warn(`worker: ${what} failed, again in ${pause} ms`, { error: (error as Error).message }),
    }
  }

  #track(task: Promise<void>): void {
    const quiet = task
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.parts.log.error('worker', { error: (error as Error).message })
      })
      .finally(() => this.#tasks.delete(quiet))
    this.#tasks.add(quiet)
  }

  async #clearLeft(ids: readonly string[]): Promise<void> {
    const held = new Set(this.running.map(({ data }) => data.actionExecutionId))
    const left = ids.filter((id) => !held.has(id))
    const cleared = (await Promise.all(left.map((id) => this.#desk.clear(id)))).filter((done) => done).length
    if (cleared > 0) this.parts.log.info(`worker: cleared up after ${cleared} actions that ended without it`)
  }
}
