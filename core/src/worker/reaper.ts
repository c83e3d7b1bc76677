import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../domain/clock.js'
import { killTree } from './kill-tree.js'
import { environmentValue, listProcessIds } from './process-table.js'

/** Actions that end within this many milliseconds share one look at the process table. */
const TOGETHER = 50
/** Milliseconds between two looks: each reads a file of every process of the machine. */
const REST = 1_000

/** Ends what actions leave behind when they are over: servers they started in the background, and the like. */
export class Reaper {
  #round: Promise<ReadonlySet<string>> | undefined
  #looked = Number.NEGATIVE_INFINITY

  constructor(
    readonly clock: Clock,
    readonly grace: number,
  ) {}

  /** Ends every process that a step below `stepsFolder` left, and resolves when they are gone. */
  async reap(stepsFolder: string): Promise<void> {
    this.#round ??= this.#look()
    const left = await this.#round
    if (left.has(stepsFolder)) await killTree({ mark: stepsFolder }, this.clock, this.grace)
  }

  async #look(): Promise<ReadonlySet<string>> {
    await delay(Math.max(TOGETHER, this.#looked + REST - performance.now()))
    this.#round = undefined
    this.#looked = performance.now()
    const marks = listProcessIds().map((pid) => environmentValue(pid, 'PENSTOCK_STEP'))
    return new Set(marks.filter((mark) => mark !== undefined).map((mark) => dirname(mark)))
  }
}
