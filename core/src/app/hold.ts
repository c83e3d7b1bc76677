/** A data folder that was restored from a backup answers, and starts nothing, until somebody says that it may. */
import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineStore } from '../engine/ports.js'

/** The file that says so. */
const heldFile = 'held'

/** What people are told of it. */
export const heldProblem =
  'this data folder was restored from a backup: no job is handed out, and nothing is polled or told, until penstock resume'

/** Marks a data folder. */
export function holdFolder(dataDir: string): void {
  closeSync(openSync(join(dataDir, heldFile), 'w', 0o600))
}

/** Takes the mark away; false when there was none. */
export function releaseFolder(dataDir: string): boolean {
  const file = join(dataDir, heldFile)
  if (!existsSync(file)) return false
  rmSync(file)
  return true
}

/** Whether a server is held, from its start until it is released. */
export class Hold {
  #held: boolean

  constructor(private readonly dataDir: string) {
    this.#held = existsSync(join(dataDir, heldFile))
  }

  get isHeld(): boolean {
    return this.#held
  }

  /** From now on, and for the next start. */
  release(): void {
    releaseFolder(this.dataDir)
    this.#held = false
  }
}

/** The same store, which hands out no job while the server is held: whoever asks for one, and by whichever way. */
export function heldStore(store: EngineStore, hold: Pick<Hold, 'isHeld'>): EngineStore {
  if (!hold.isHeld) return store
  return {
    ...store,
    transact: (work) => store.transact((unit) => work(hold.isHeld ? { ...unit, claimJobs: async () => [] } : unit)),
  }
}
