import { type StatsFs, statfsSync } from 'node:fs'
import { type DiskUsage, diskUsage, openUnnamed } from './disk-usage.js'
import type { StepLimits } from './limits.js'

/** Milliseconds after which a folder is added up again, whatever its file system says: what others delete hides growth. */
const longest = 30_000

/** At most this part of the time goes into adding up. */
const share = 1 / 50

/** The limits that are looked after here. */
export type DiskLimit = 'workspace' | 'files'

/**
 * How much one action has on the disk. Its folder is added up when the step is first looked at, when the file system has
 * grown by what the folder had left (that is one cheap question, not a walk), and now and then.
 */
export class DiskWatch {
  /** Of the file system: the least since the folder was last added up. */
  #least: DiskUsage | undefined
  /** Of the folder, when it was last added up; nothing is known of what it held before the step began. */
  #known: DiskUsage | undefined
  #walkAgainAt: number
  #looking: Promise<DiskLimit | undefined> | undefined

  /** `fresh`: the step has not begun, so that what it takes is seen on the file system from now on. */
  constructor(
    readonly workspace: string,
    readonly limits: Pick<StepLimits, DiskLimit>,
    fresh: boolean,
  ) {
    this.#least = fresh ? usedOf(workspace) : undefined
    this.#walkAgainAt = fresh ? Date.now() + longest : 0
  }

  /** Which limit is exceeded now. `pids`: the step's processes. A look that is going on is not begun again. */
  look(pids: readonly number[]): Promise<DiskLimit | undefined> {
    if (this.#isUnlimited) return Promise.resolve(undefined)
    this.#looking ??= this.#look(this.#known === undefined, pids).finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Which is exceeded when the step is over. A folder that was never looked at is added up only if it can hold too much. */
  async lastLook(): Promise<DiskLimit | undefined> {
    if (this.#isUnlimited) return undefined
    return (await this.#looking) ?? this.#look(false, [])
  }

  get #isUnlimited(): boolean {
    return this.limits.workspace === undefined && this.limits.files === undefined
  }

  async #look(mustWalk: boolean, pids: readonly number[]): Promise<DiskLimit | undefined> {
    const used = usedOf(this.workspace)
    if (used === undefined) return undefined // the folder went with its action
    if (!mustWalk && Date.now() < this.#walkAgainAt && !this.#hasOutgrown(used)) return undefined
    const begun = Date.now()
    const { bytes, files } = await diskUsage(this.workspace)
    const took = Date.now() - begun
    this.#walkAgainAt = Date.now() + Math.max(longest, took / share)
    this.#known = { bytes: bytes + openUnnamed(pids), files }
    this.#least = used
    return exceeded(this.#known, this.limits)
  }

  /** Whether the folder may hold too much by now, if all that the file system has grown by is its own. */
  #hasOutgrown(used: DiskUsage): boolean {
    const [least, known] = [this.#least, this.#known ?? { bytes: 0, files: 0 }]
    if (least === undefined) return true
    this.#least = { bytes: Math.min(used.bytes, least.bytes), files: Math.min(used.files, least.files) }
    const most = { bytes: known.bytes + used.bytes - least.bytes, files: known.files + used.files - least.files }
    return exceeded(most, this.limits) !== undefined
  }
}

function exceeded(usage: DiskUsage, { workspace, files }: Pick<StepLimits, DiskLimit>): DiskLimit | undefined {
  if (usage.bytes > (workspace ?? Number.POSITIVE_INFINITY)) return 'workspace'
  return usage.files > (files ?? Number.POSITIVE_INFINITY) ? 'files' : undefined
}

/** Of the whole file system, which may not count its files (0 then); `undefined` when the folder is not there. */
function usedOf(folder: string): DiskUsage | undefined {
  let found: StatsFs
  try {
    found = statfsSync(folder)
  } catch {
    return undefined
  }
  return { bytes: (found.blocks - found.bfree) * found.bsize, files: found.files - found.ffree }
}
