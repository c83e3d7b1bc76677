import { EventEmitter } from 'node:events'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Clock, systemClock } from '../domain/clock.js'
import { DatabaseUnavailable } from '../domain/database-unavailable.js'
import { decodeSignal, encodeSignal, plainSignals } from '../domain/signal.js'
import type { Database, DatabaseHealth } from './database.js'
import { inOurWords, isLostRace } from './driver-errors.js'
import { migrate } from './migrate.js'
import { PostgresListener } from './postgres-listener.js'
import { ReliablePool } from './postgres-pool.js'
import type { Schema } from './schema.js'

const poolSize = 10
/** Waiting for a connection: for one that is lent, or for the server to take a new one. */
const connectTimeoutMs = 10_000
/** PostgreSQL ends a statement that takes longer. */
const statementTimeoutMs = 30_000
/** So even the longest statement has been answered, or never will be. */
const silenceMs = statementTimeoutMs + 5_000
/** A skew below this is told to nobody: who compares clocks over a network sees some. */
const tolerableSkewMs = 2_000

export interface PostgresOptions {
  /** How long a change waits for what another one holds, milliseconds; a `lock_timeout` in the URL goes before it. */
  readonly lockTimeoutMs?: number
  readonly beatMs?: number
  readonly clock?: Clock
  /** Told, in words for the log, when the database goes away or comes back, and of clocks that differ. */
  readonly tell?: (event: 'lost' | 'back' | 'skew', words: string) => void
}

/** Opens a PostgreSQL database by its URL. Errors: NewerSchema, DatabaseUnavailable, and the driver's. */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const { lockTimeoutMs = 5_000, beatMs = 5_000, clock = systemClock, tell = () => {} } = options
  const { default: pg } = await import('pg')
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  const reliable = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }
  const pool = new ReliablePool(pg.Pool, {
    ...reliable,
    max: poolSize,
    lock_timeout: lockTimeoutMs,
    statement_timeout: statementTimeoutMs,
  })
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  const signals = new EventEmitter().setMaxListeners(0)
  let health: DatabaseHealth = { hears: true, aheadMs: 0 }
  let told = 0
  const listener = new PostgresListener({
    make: pg.Client,
    config: reliable,
    clock,
    beatMs,
    onPayload: (payload) => {
      const signal = decodeSignal(payload)
      if (signal) signals.emit('signal', signal)
    },
    onBeat: (aheadMs) => {
      pool.cutSilent(silenceMs)
      health = { hears: true, aheadMs }
      if (Math.abs(aheadMs - told) < tolerableSkewMs) return
      told = Math.abs(aheadMs) < tolerableSkewMs ? 0 : aheadMs
      tell('skew', skewWords(aheadMs))
    },
    onLost: (why) => {
      if (health.hears) tell('lost', why)
      health = { ...health, hears: false }
      pool.cutSilent(beatMs)
    },
    onBack: () => {
      health = { ...health, hears: true }
      tell('back', 'the database answers again')
      for (const missed of plainSignals) signals.emit('signal', missed)
    },
  })
  try {
    await migrate(db, 'postgres')
    await listener.open()
  } catch (error) {
    await db.destroy().catch(() => {})
    throw error instanceof DatabaseUnavailable ? (error.cause ?? error) : error
  }
  return {
    dialect: 'postgres',
    db,
    hasClock: true,
    moment: () => sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    health: () => health,
    write: (work) =>
      inOurWords(
        'the PostgreSQL server',
        retrySerialization(() => db.transaction().execute(work)),
      ),
    writeSoon: (work) =>
      void db
        .transaction()
        .execute(work)
        .catch(() => {}),
    signal: (signal) => void sql`select pg_notify('penstock', ${encodeSignal(signal)})`.execute(db).catch(() => {}),
    hint: () => {},
    onSignal: (heard) => {
      signals.on('signal', heard)
      return () => signals.off('signal', heard)
    },
    close: async () => {
      await listener.close()
      pool.cutSilent(1_000)
      await db.destroy()
    },
  }
}

function skewWords(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000)
  if (Math.abs(aheadMs) < tolerableSkewMs) return "this machine's clock agrees with the database's again"
  return `this machine's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: leases go by the database's, all else by this one's, so set it (NTP)`
}

/** PostgreSQL may ask to try again (serialization failure, deadlock); three tries. */
async function retrySerialization<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries >= 3 || !isLostRace(error)) throw error
    }
  }
}
