import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { PoolClient, PoolConfig } from 'pg'
import { DatabaseUnavailable } from '../domain/database-unavailable.js'
import { isConnectionLost, isTimedOut } from './driver-errors.js'

type Pool = InstanceType<typeof import('pg').Pool>

/** Ends a connection at once, whatever the other side says, which may be nothing. Its query fails with `why`. */
export function cut(client: object, why: Error): void {
  const { connection } = client as { connection?: { stream?: { destroy(error?: Error): void } } }
  connection?.stream?.destroy(why)
}

/**
 * Connections for Kysely that outlive the database's restarts: whatever happens to one, its query fails with
 * DatabaseUnavailable, it is thrown away, and the process goes on.
 */
export class ReliablePool implements PostgresPool {
  readonly #pool: Pool
  readonly #lent = new Set<LentClient>()
  readonly #known = new WeakMap<PoolClient, LentClient>()

  constructor(make: new (config: PoolConfig) => Pool, config: PoolConfig) {
    this.#pool = new make(config)
    this.#pool.on('error', () => {}) // an idle connection died: the next query opens another, and reports if it cannot
    // Of one that is lent, the query that runs or comes next tells; without a listener Node would end the process.
    this.#pool.on('connect', (client) => void client.on('error', () => {}))
  }

  /** Errors: DatabaseUnavailable; the driver's, for a wrong password, say. */
  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw isConnectionLost(error) ? new DatabaseUnavailable(error) : error
    })
    const lent = this.#known.get(client) ?? new LentClient(client, () => this.#lent.delete(lent))
    this.#known.set(client, lent)
    this.#lent.add(lent)
    return lent as unknown as PostgresPoolClient
  }

  /** Gives up on queries that got no answer for so long: a connection that is gone without a word never brings one. */
  cutSilent(longerThanMs: number): void {
    for (const lent of this.#lent) lent.cutSilent(longerThanMs)
  }

  async end(): Promise<void> {
    await this.#pool.end()
  }
}

class LentClient {
  #broken: DatabaseUnavailable | undefined
  /** When the query that runs was sent: of the clock that nobody sets. */
  #sent: number | undefined

  constructor(
    private readonly client: PoolClient,
    private readonly onRelease: () => void,
  ) {}

  /** Errors: DatabaseUnavailable, and the database's own. */
  async query(text: string, parameters: unknown[]): Promise<unknown> {
    if (this.#broken) throw this.#broken // a rollback, say, which nobody hears any more
    this.#sent = performance.now()
    try {
      return await this.client.query(text, parameters)
    } catch (error) {
      if (isTimedOut(error)) throw new DatabaseUnavailable(error)
      if (!isConnectionLost(error)) throw error
      this.#broken = new DatabaseUnavailable(error)
      throw this.#broken
    } finally {
      this.#sent = undefined
    }
  }

  cutSilent(longerThanMs: number): void {
    if (this.#sent === undefined || performance.now() - this.#sent < longerThanMs) return
    cut(this.client, Object.assign(new Error('the database was silent'), { code: 'ETIMEDOUT' }))
  }

  release(): void {
    this.onRelease()
    this.client.release(this.#broken !== undefined)
    if (this.#broken) cut(this.client, this.#broken) // its goodbye would wait for an answer
  }
}
