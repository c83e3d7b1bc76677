import { sql } from 'kysely'
import { DatabaseUnavailable } from '../../core/src/domain/database-unavailable.js'
import type { EngineStore } from '../../core/src/engine/ports.js'
import type { Database } from '../../core/src/store/database.js'
import type { Random } from './random.js'

/** The server died here: whatever it was doing, it does no more. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

export interface Faults {
  /** How likely each is, at one write. */
  readonly crashBefore: number
  readonly crashAfter: number
  readonly diskFull: number
}

export const noFaults: Faults = { crashBefore: 0, crashAfter: 0, diskFull: 0 }

export interface World {
  readonly random: Random
  faults(): Faults
  /** Whether the database cannot be reached now. */
  away(): boolean
  /** What others do between a server's look at something and its writing. */
  meanwhile(): Promise<void>
  /** The database's own clock; absent when it has none. */
  readonly clock?: (() => number) | undefined
}

/**
 * One server's view of the database. A write may find the disk full, the server may die before its commit (nothing
 * happened) or after it (everything happened, and nobody was told).
 */
export function faulty(database: Database, { random, faults, away, meanwhile, clock }: World): Database {
  return {
    ...database,
    ...(clock ? { hasClock: true, moment: () => sql<number>`${clock()}` } : {}),
    async write(work) {
      await meanwhile()
      if (away()) throw new DatabaseUnavailable()
      const { crashBefore, crashAfter, diskFull } = faults()
      const chance = random.next()
      const answer = await database.write(async (tx) => {
        const result = await work(tx)
        if (chance < crashBefore) throw new Crash('before the commit')
        if (chance < crashBefore + diskFull)
          throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        return result
      })
      if (random.chance(crashAfter)) throw new Crash('after the commit')
      return answer
    },
    // At once: a timer of the machine's would make a seed tell two stories.
    writeSoon: (work) => void database.write(work),
  }
}

/** Reads fail, too, while the database is away. */
export function unreachable(store: EngineStore, away: () => boolean): EngineStore {
  const gate = <A extends unknown[], R>(call: (...input: A) => Promise<R>) => {
    return async (...input: A): Promise<R> => {
      if (away()) throw new DatabaseUnavailable()
      return call(...input)
    }
  }
  const read = Object.fromEntries(
    Object.entries(store.read).map(([name, call]) => [name, gate(call as (...input: unknown[]) => Promise<unknown>)]),
  )
  return { ...store, now: gate(store.now), read: read as unknown as EngineStore['read'] }
}
