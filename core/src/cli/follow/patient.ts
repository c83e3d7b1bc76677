/** Goes on asking while the server is away: a restart, a proxy's time-out, a network that comes back. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Client, LogWanted } from '../api/client.js'
import { Unreachable } from '../api/refusal.js'

export interface PatientOptions {
  /** Told once when the server is away for longer than a moment, and once when it is back. */
  readonly note: (text: string) => void
  readonly signal?: AbortSignal
  /** How long the server may be away, milliseconds; ten minutes when absent. */
  readonly patienceMs?: number
  readonly now?: () => number
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** An outage that is over sooner is nobody's concern, milliseconds. */
const unnoticed = 2_000
/** Between two tries, milliseconds: from the first to the longest. */
const pauses = [200, 500, 1_000, 2_000] as const

/**
 * The same client, whose reading calls outlive an outage. Only for calls that may be sent twice.
 * Errors: as the client's; CommandFailed once the server was away for too long.
 */
export function patient(client: Client, options: PatientOptions): Client {
  const outage = new Outage(options)
  let longestWait = Number.POSITIVE_INFINITY
  const readLog = (wanted: LogWanted) => {
    let wait = Math.min(wanted.wait, longestWait)
    return outage.over(
      () => client.readLog({ ...wanted, wait }),
      () => {
        // A proxy that cuts long waits short: ask for what is there, and wait for less from now on.
        longestWait = Math.max(1, Math.floor(Math.min(wanted.wait, longestWait) / 2))
        wait = 0
      },
    )
  }
  return new Proxy(client, {
    get(target, name) {
      if (name === 'readLog') return readLog
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function' || name === 'close') return value
      return (...given: unknown[]) => outage.over(() => value.apply(target, given) as Promise<unknown>)
    },
  })
}

/** What several calls see of one server that is away. */
class Outage {
  #since: number | undefined
  #noted = false

  constructor(readonly options: PatientOptions) {}

  async over<T>(call: () => Promise<T>, onFailure = () => {}): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await call()
        this.#end()
        return answer
      } catch (error) {
        if (!(error instanceof Unreachable) || this.options.signal?.aborted) throw error
        this.#begin(error)
        onFailure()
        await this.#sleep(pauses[Math.min(attempt, pauses.length - 1)] ?? 0)
        if (this.options.signal?.aborted) throw error
      }
    }
  }

  #begin(error: Unreachable): void {
    const now = this.#now()
    this.#since ??= now
    const away = now - this.#since
    const { patienceMs = 600_000 } = this.options
    if (away > patienceMs) throw new Unreachable(`${error.message} (tried for ${Math.round(away / 60_000)} minutes)`)
    if (away < unnoticed || this.#noted) return
    this.#noted = true
    this.options.note(
      `the server is away (${error.message.split('\n')[0]}): trying again for ${patienceMs / 60_000} minutes`,
    )
  }

  #end(): void {
    if (this.#noted) this.options.note('the server is back')
    this.#since = undefined
    this.#noted = false
  }

  #now(): number {
    return (this.options.now ?? Date.now)()
  }

  #sleep(ms: number): Promise<void> {
    const { sleep, signal } = this.options
    if (sleep !== undefined) return sleep(ms, signal)
    return pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {})
  }
}
