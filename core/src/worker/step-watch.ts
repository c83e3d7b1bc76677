import { type FSWatcher, watch } from 'node:fs'
import type { Launcher } from './launcher.js'
import { bootId, isAlive, type ProcessIdentity } from './process-table.js'
import { type KillReason, readStatus, type StepStatus, signalOf, takeToken } from './step-files.js'

/** How a step ended. A lost one was running, and nobody can say how it ended. */
export type StepOutcome =
  | {
      readonly kind: 'exited'
      readonly exitCode: number
      /** `SIGTERM` and so on, when the exit code stands for one. */
      readonly signal?: string
      /** Set when it was us who ended it. */
      readonly killed?: KillReason
      /** The kernel ended processes of this machine for want of memory while it ran. */
      readonly outOfMemory?: true
    }
  | { readonly kind: 'lost'; readonly reason: string }

/** Real time on purpose: what is watched are the machine's processes, which no fake clock moves. */
const POLL = 1_000
const PATIENCE = 5_000
const ATTEMPTS = 3

/**
 * Waits for one step's end, starting it unless it was started before. The launcher tells at once of what it started;
 * for an adopted step the folder is watched; and once a second the truth on disk is read, whatever signal was lost.
 */
export class StepWatch {
  readonly ended: Promise<StepOutcome>
  #settle: (outcome: StepOutcome) => void = () => {}
  #fail: (error: unknown) => void = () => {}
  readonly #timer: NodeJS.Timeout
  readonly #forget: () => void
  readonly #watcher: FSWatcher | undefined
  #asked = 0
  #attempts = 0

  constructor(
    readonly folder: string,
    readonly launcher: Launcher,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.#settle = resolve
      this.#fail = reject
    })
    this.#forget = launcher.onEnd(folder, () => this.check())
    this.#timer = setInterval(() => this.check(), POLL)
    const adopted = readStatus(folder).start !== undefined
    this.#watcher = adopted ? this.#watchFolder() : undefined
    if (adopted) this.check()
    else this.#ask()
  }

  /** Reads the step's files and, when it has ended or was lost, settles. */
  check(): void {
    try {
      const status = readStatus(this.folder)
      if (status.exitCode !== undefined) this.#settle(outcomeOf(status, status.exitCode))
      else if (status.start !== undefined) this.#checkAlive(status.start)
      else if (Date.now() - this.#asked > PATIENCE) this.#askAgain()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Ends the watch with an outcome found elsewhere. */
  settle(outcome: StepOutcome): void {
    this.#settle(outcome)
  }

  /** Stops watching. The step goes on, and `ended` stays as it is. */
  close(): void {
    clearInterval(this.#timer)
    this.#forget()
    this.#watcher?.close()
  }

  #ask(): void {
    this.#asked = Date.now()
    this.#attempts++
    this.launcher.start(this.folder)
  }

  #askAgain(): void {
    if (this.#attempts < ATTEMPTS) {
      this.#ask()
      return
    }
    const reason = takeToken(this.folder)
      ? `it could not be started within ${(ATTEMPTS * PATIENCE) / 1000} s: are /bin/sh and setsid (package util-linux) on the PATH, and may another process be started?`
      : 'its supervisor ended before the command began: the disk may be full, or the machine out of memory'
    this.#settle({ kind: 'lost', reason })
  }

  #checkAlive(start: ProcessIdentity): void {
    if (isAlive(start)) return
    // It may have ended between the two readings.
    const { exitCode, ...status } = readStatus(this.folder)
    this.#settle(exitCode === undefined ? { kind: 'lost', reason: whyLost(start) } : outcomeOf(status, exitCode))
  }

  #watchFolder(): FSWatcher | undefined {
    try {
      return watch(this.folder, { persistent: false }, () => this.check()).on('error', () => {})
    } catch {
      return undefined // no inotify left: the poll is enough
    }
  }
}

function outcomeOf({ killed }: StepStatus, exitCode: number): StepOutcome {
  const signal = signalOf(exitCode)
  return { kind: 'exited', exitCode, ...(signal ? { signal } : {}), ...(killed ? { killed } : {}) }
}

function whyLost(start: ProcessIdentity): string {
  return start.bootId === bootId()
    ? `its supervisor (pid ${start.pid}) was killed before it could record how the command ended; the machine may have run out of memory`
    : 'the machine was restarted while it ran'
}
