import { randomBytes } from 'node:crypto'
import type { Client, ClientConfig } from 'pg'
import { type Clock, sleep } from '../domain/clock.js'
import { cut } from './postgres-pool.js'

type MakeClient = new (config: ClientConfig) => Client

export interface ListenerParts {
  readonly make: MakeClient
  readonly config: ClientConfig
  readonly clock: Clock
  /** How often it asks itself whether it still hears, and how long it waits for the answer; milliseconds. */
  readonly beatMs: number
  /** Whatever anybody notified. */
  readonly onPayload: (payload: string) => void
  /** Every beat that came back, with how far this machine's clock is ahead of the database's, milliseconds. */
  readonly onBeat: (aheadMs: number) => void
  /** It hears nothing any more, and why; it tries to until it does. */
  readonly onLost: (why: string) => void
  /** It hears again; what was said meanwhile it has missed. */
  readonly onBack: () => void
}

const firstPauseMs = 250
const longestPauseMs = 5_000

/**
 * One connection that listens for signals. A connection can be gone without a word, and one that only listens would never
 * find out; so it sends itself a notification at every beat, and one that does not come back in time means that it is deaf.
 */
export class PostgresListener {
  /** Nobody else listens to it. */
  readonly #channel = `penstock_beat_${randomBytes(6).toString('hex')}`
  #client: Client | undefined
  #closing = new AbortController()
  #heardBeat = () => {}

  constructor(private readonly parts: ListenerParts) {}

  /** Errors: the driver's. From then on it keeps itself going until `close`. */
  async open(): Promise<void> {
    await this.#connect()
    void this.#keepHearing()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const client = this.#client
    this.#client = undefined
    if (!client) return
    const ended = client.end().catch(() => {})
    await Promise.race([ended, sleep(this.parts.clock, 1_000)])
    cut(client, new Error('closed'))
  }

  async #connect(): Promise<void> {
    const { make, config, onPayload } = this.parts
    const client = new make(config)
    client.on('error', () => {}) // the beat finds out
    client.on('notification', ({ channel, payload }) => {
      if (channel === this.#channel) this.#heardBeat()
      else onPayload(payload ?? '')
    })
    try {
      await client.connect()
      await client.query(`listen penstock; listen ${this.#channel}`)
    } catch (error) {
      cut(client, error as Error)
      throw error
    }
    if (this.#closing.signal.aborted) return void client.end().catch(() => {})
    this.#client = client
  }

  async #keepHearing(): Promise<void> {
    const { clock, beatMs, onLost, onBack } = this.parts
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await sleep(clock, beatMs, signal)
        await this.#beat()
      } catch (error) {
        if (signal.aborted) return
        onLost((error as Error).message)
        if (this.#client) cut(this.#client, error as Error)
        this.#client = undefined
        if (await this.#reconnected()) onBack()
      }
    }
  }

  /** Errors: nothing came back in time, or the connection is lost. */
  async #beat(): Promise<void> {
    const { clock, beatMs, onBeat } = this.parts
    const client = this.#client
    if (!client) throw new Error('the connection is lost')
    const waited = new AbortController()
    const heard = new Promise<void>((resolve) => {
      this.#heardBeat = resolve
    })
    let answered = false
    const late = sleep(clock, beatMs, waited.signal).then(() => {
      const what = answered ? 'does not deliver notifications' : 'has gone silent'
      throw new Error(`the database ${what}: nothing came back within ${beatMs / 1_000} s`)
    })
    const sent = clock.now()
    const asked = client
      .query<{ now: number }>(
        "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now, pg_notify($1, 'beat') as beat",
        [this.#channel],
      )
      .then(({ rows }) => {
        answered = true
        return rows[0]?.now ?? sent
      })
    try {
      const [theirs] = await Promise.race([Promise.all([asked, heard]), late])
      onBeat((sent + clock.now()) / 2 - theirs)
    } finally {
      waited.abort(new Error('heard'))
      late.catch(() => {})
      asked.catch(() => {})
    }
  }

  /** Resolves once it hears again; false when it was closed before. */
  async #reconnected(): Promise<boolean> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await sleep(this.parts.clock, pauseMs, this.#closing.signal)
        await this.#connect()
        await this.#beat()
        return true
      } catch {
        if (this.#closing.signal.aborted) return false
        if (this.#client) cut(this.#client, new Error('not heard'))
        this.#client = undefined
      }
    }
  }
}
