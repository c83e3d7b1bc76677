import type { Engine } from './engine.js'
import { acknowledgeWithinMs } from './jobs.js'
import { sweep } from './sweep.js'

const sweepIntervalMs = 2_000

/** A server that looks every two seconds and has not looked for so long was away, and so was what it heard of its workers. */
const longestGapMs = 10_000

export interface SweeperParts {
  readonly engine: Engine
  /** How long a worker of ours keeps a job without a heartbeat, milliseconds. */
  readonly leaseMs: number
  /** Told when leases began anew: how many, and how long the server had not looked (`undefined`: it has just started). */
  readonly onRenewed: (leases: number, awayMs: number | undefined) => void
  /** Told when a sweep failed; the next one comes by itself. */
  readonly onError: (error: unknown) => void
}

/**
 * Sweeps every two seconds by a timer of its own, which no calendar and no clock that is put back can hold up.
 *
 * A lease that is over means a lost worker only while its word could have been heard. So each look at the database's clock
 * is compared with the last one: when there was none, or far too long ago, or when that clock was set, then this server was
 * stopped or suspended, or the database was away, and every lease begins anew before anything is swept. What is swept is
 * judged by the clock as it was at the last look, so that a pause between that look and the statement takes nobody's job.
 * Where this server's clock is the only one, time in which it did not look counts towards no time limit either.
 */
export class Sweeper {
  #looked: number | undefined
  #sweeping: Promise<void> | undefined
  #cancel = () => {}

  constructor(private readonly parts: SweeperParts) {}

  start(): void {
    this.#cancel = this.parts.engine.clock.after(sweepIntervalMs, () => this.start())
    this.#sweeping ??= this.sweep()
      .then(() => {}, this.parts.onError)
      .finally(() => {
        this.#sweeping = undefined
      })
  }

  /** Begins no other sweep, and waits for the one that runs. */
  async stop(): Promise<void> {
    this.#cancel()
    await this.#sweeping
  }

  /** Once, now. Answers how much it found. */
  sweep(): Promise<number> {
    return sweep(this.parts.engine, () => this.#look())
  }

  async #look(): Promise<number> {
    const { engine, leaseMs, onRenewed } = this.parts
    const server = engine.clock.now()
    const now = await engine.store.now(server)
    const awayMs = this.#looked === undefined ? undefined : now - this.#looked
    if (awayMs === undefined || Math.abs(awayMs) > Math.min(longestGapMs, leaseMs / 3)) {
      const anew = { now: server, leaseMs, acknowledgeMs: acknowledgeWithinMs, awayMs: awayMs ?? 0 }
      onRenewed(await engine.store.renewLeases(anew), awayMs)
    }
    this.#looked = now
    return now
  }
}
