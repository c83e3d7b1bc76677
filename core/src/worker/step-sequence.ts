import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { JobFailed } from '../host/job-failed.js'
import { fingerprint, readRecord, type StepRecord } from './step-files.js'

/**
 * Gives the steps of one action their folders, in the order in which they are asked for. After a restart `run` asks for
 * the same ones again and gets the folders that are there, so that what ran is not run twice.
 */
export class StepSequence {
  #next = 0
  readonly #known: readonly (StepRecord | undefined)[]

  /** `skips`: the job goes on from a checkpoint, so it need not ask for the steps before that. */
  constructor(
    readonly folder: string,
    readonly skips: boolean,
  ) {
    this.#known = readKnown(folder)
  }

  /** Errors: JobFailed naming both commands when another one stands at this place. */
  take(command: readonly string[], title: string): string {
    const wanted = fingerprint(command)
    const place = this.#find(wanted)
    const known = this.#known[place]
    if (known !== undefined && known.fingerprint !== wanted) {
      throw new JobFailed(
        `step ${place + 1} was "${known.title}" before the restart and is "${title}" now: the same work must run the same commands in the same order`,
      )
    }
    this.#next = place + 1
    return stepFolder(this.folder, place)
  }

  #find(wanted: string): number {
    if (!this.skips || this.#known[this.#next] === undefined) return this.#next
    const later = this.#known.findIndex((record, place) => place >= this.#next && record?.fingerprint === wanted)
    return later >= 0 ? later : this.#known.length
  }
}

function stepFolder(folder: string, place: number): string {
  return join(folder, String(place + 1).padStart(4, '0'))
}

/** By place; a place may be empty, when a server was killed between two steps that ran side by side. */
function readKnown(folder: string): readonly (StepRecord | undefined)[] {
  const known: (StepRecord | undefined)[] = []
  for (const name of namesIn(folder)) {
    if (/^\d+$/.test(name)) known[Number(name) - 1] = readRecord(join(folder, name))
  }
  return known
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
