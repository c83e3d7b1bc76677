import { basename, dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { killNow, killTree } from './kill-tree.js'
import type { Launcher } from './launcher.js'
import { isAlive } from './process-table.js'
import { Cgroup } from './sandbox/cgroup.js'
import type { Cgroups } from './sandbox/cgroups.js'
import { removeContainer } from './sandbox/container.js'
import { LimitWatch, type Watched } from './sandbox/limit-watch.js'
import { limitNames } from './sandbox/limits.js'
import { outOfMemoryCount } from './sandbox/out-of-memory.js'
import {
  type KillReason,
  readRecord,
  readStatus,
  recordKill,
  type StepSpec,
  takeToken,
  writeStep,
} from './step-files.js'
import { type StepOutcome, StepWatch } from './step-watch.js'

/** What a StepRunner works with. */
export interface StepRunnerParts {
  readonly launcher: Launcher
  readonly clock: Clock
  /** Milliseconds between TERM and KILL. */
  readonly grace: number
  /** Where steps get control groups; they have none where it is absent. */
  readonly cgroups?: Cgroups
}

/** Milliseconds that a supervisor has for writing down the end of a command that we killed. */
const LAST_WORDS = 2_000

/** Runs durable steps: each at most once, however often `run` is called for it and by however many servers in a row. */
export class StepRunner {
  readonly #lettingGo = new Set<() => void>()
  readonly #limits = new LimitWatch()

  constructor(readonly parts: StepRunnerParts) {}

  /**
   * Starts the step, or takes up the one that this folder already holds, and answers how it ended.
   * An abort, or the deadline that was recorded when the step was made, ends its whole process tree first.
   * Errors: JobFailed for what cannot be a step; system errors such as ENOSPC as they are.
   */
  async run(spec: StepSpec, signal: AbortSignal): Promise<StepOutcome> {
    const record = readRecord(spec.folder)
    if (record === undefined) signal.throwIfAborted()
    else if (signal.aborted && takeToken(spec.folder)) return neverBegun('stop')
    const { deadline, limits = {}, outOfMemory, cgroup } = record ?? writeStep(this.#grouped(spec))
    const group = cgroup === undefined ? undefined : new Cgroup(cgroup)
    const watch = new StepWatch(spec.folder, this.parts.launcher)
    const killer = new Killer(watch, this.parts)
    const limited = this.#limits.watch({
      folder: spec.folder,
      log: spec.log,
      workspace: dirname(spec.log),
      limits,
      fresh: record === undefined,
      ...defined({ group }),
      onExceeded: (limit) => killer.kill(limit),
    })
    const letGo = this.#listen(watch, killer, signal, deadline, limited.stop)
    try {
      const outcome = await watch.ended
      if (outcome.kind === 'lost') await this.#sweep(spec.folder)
      return withMemory(await withLastLook(withEnforced(outcome, group), limited), outOfMemory)
    } finally {
      await killer.done
      letGo()
    }
  }

  /** Forgets all steps that run: they go on, what waits for them waits for ever, and another runner may adopt them. */
  detach(): void {
    for (const letGo of [...this.#lettingGo]) letGo()
  }

  #listen(
    watch: StepWatch,
    killer: Killer,
    signal: AbortSignal,
    deadline: number | undefined,
    unwatch: () => void,
  ): () => void {
    const { clock } = this.parts
    const left = deadline === undefined ? Number.POSITIVE_INFINITY : deadline - clock.now()
    const stopListening = onAbort(signal, () => killer.kill('stop'))
    let cancel = () => {}
    if (left <= 0) killer.kill('timeout')
    else if (left < Number.POSITIVE_INFINITY) cancel = clock.after(left, () => killer.kill('timeout'))
    const letGo = () => {
      if (!this.#lettingGo.delete(letGo)) return
      stopListening()
      cancel()
      unwatch()
      watch.close()
    }
    this.#lettingGo.add(letGo)
    return letGo
  }

  /** With a group of its own, where there can be one; a container's engine makes its own. */
  #grouped(spec: StepSpec): StepSpec {
    const { cgroups } = this.parts
    if (cgroups === undefined || spec.limits === undefined || spec.enclosure?.container !== undefined) return spec
    const [step, action] = [basename(spec.folder), basename(dirname(dirname(spec.folder)))]
    return { ...spec, cgroup: cgroups.make(action, step, spec.limits).path }
  }

  /** What a lost supervisor left running can be nobody's any more. */
  async #sweep(folder: string): Promise<void> {
    await killTree({ mark: folder }, this.parts.clock, this.parts.grace)
    await endHidden(folder)
  }
}

/** Ends what no look at processes finds: in a container, or in a group but with neither the mark nor a parent of ours. */
async function endHidden(folder: string): Promise<void> {
  const { container, cgroup } = readRecord(folder) ?? {}
  if (container !== undefined) await removeContainer(container)
  if (cgroup !== undefined) new Cgroup(cgroup).kill()
}

/** Ends one step's tree, once. */
class Killer {
  /** Resolves when nothing of the tree is left; at once when nothing had to be killed. */
  done: Promise<void> = Promise.resolve()
  #begun = false

  constructor(
    readonly watch: StepWatch,
    readonly parts: StepRunnerParts,
  ) {}

  kill(reason: KillReason): void {
    if (this.#begun) return
    this.#begun = true
    this.done = this.#kill(reason).catch((error: unknown) =>
      this.watch.settle({ kind: 'lost', reason: `it could not be stopped: ${(error as Error).message}` }),
    )
  }

  async #kill(reason: KillReason): Promise<void> {
    const { folder } = this.watch
    if (!(await this.#started())) {
      return this.watch.settle(neverBegun(reason))
    }
    const { start, exitCode } = readStatus(folder)
    if (exitCode !== undefined || start === undefined) return this.watch.check()
    recordKill(folder, reason)
    const tree = { mark: folder, ...(isAlive(start) ? { supervisor: start.pid } : {}) }
    // What takes too much is not given the time to take more.
    if (isLimit(reason)) await killNow(tree)
    else await killTree(tree, this.parts.clock, this.parts.grace)
    await endHidden(folder)
    for (let waited = 0; waited < LAST_WORDS && isAlive(start); waited += 10) await delay(10)
    if (isAlive(start)) process.kill(start.pid, 'SIGKILL')
    if (readStatus(folder).exitCode !== undefined) return this.watch.check()
    this.watch.settle({ kind: 'exited', exitCode: 137, signal: 'SIGKILL', killed: reason })
  }

  /** False when the step had not begun and now never will. */
  async #started(): Promise<boolean> {
    const { folder } = this.watch
    if (readStatus(folder).start !== undefined) return true
    if (takeToken(folder)) return false
    for (let waited = 0; waited < LAST_WORDS; waited += 5) {
      if (readStatus(folder).start !== undefined) return true
      await delay(5)
    }
    return false
  }
}

function isLimit(reason: KillReason): boolean {
  return limitNames.some((name) => name === reason)
}

/** A command that the kernel ended, or refused a process, for its group's limits is told which one it was. */
function withEnforced(outcome: StepOutcome, group: Cgroup | undefined): StepOutcome {
  if (outcome.kind === 'lost' || outcome.killed !== undefined) return outcome
  const killed = group?.enforced(outcome.exitCode)
  return killed === undefined ? outcome : { ...outcome, killed }
}

/** A command that ended before anybody saw that it had taken too much is told so as well, whatever it says of itself. */
async function withLastLook(outcome: StepOutcome, limited: Watched): Promise<StepOutcome> {
  if (outcome.kind === 'lost' || outcome.killed !== undefined) return outcome
  const limit = await limited.lastLook()
  return limit === undefined ? outcome : { ...outcome, killed: limit }
}

/** A command that failed while the kernel ended processes for want of memory: that may well be why. */
function withMemory(outcome: StepOutcome, before: number | undefined): StepOutcome {
  if (outcome.kind === 'lost' || outcome.exitCode === 0 || outcome.killed !== undefined) return outcome
  return before !== undefined && outOfMemoryCount() > before ? { ...outcome, outOfMemory: true } : outcome
}

function neverBegun(killed: KillReason): StepOutcome {
  return { kind: 'exited', exitCode: 143, signal: 'SIGTERM', killed }
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
