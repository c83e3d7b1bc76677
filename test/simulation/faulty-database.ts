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

/**
 * One server's view of the database. A write may find the disk full, the server may die before its commit (nothing
 * happened) or after it (everything happened, and nobody was told).
 */
export function faulty(database: Database, random: Random, faults: () => Faults): Database {
  return {
    ...database,
    async write(work) {
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
