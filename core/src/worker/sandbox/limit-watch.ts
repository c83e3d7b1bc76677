import { statSync } from 'node:fs'
import { listProcesses, type ProcessStat, readStat } from '../process-table.js'
import { readStatus } from '../step-files.js'
import type { Cgroup } from './cgroup.js'
import { DiskWatch } from './disk-watch.js'
import type { LimitName, StepLimits } from './limits.js'
import { pageSize, privateMemory, ticksPerSecond } from './process-memory.js'

/** A step that runs and its limits. */
export interface Limited {
  /** The step's own folder. */
  readonly folder: string
  readonly log: string
  /** All that the action has on disk. */
  readonly workspace: string
  readonly limits: StepLimits
  /** Its control group, where it has one: the kernel counts better than we do. */
  readonly group?: Cgroup
  /** False for a step that another server began. */
  readonly fresh: boolean
  onExceeded(limit: LimitName): void
}

/** The watch over one step. */
export interface Watched {
  /** The limit that a step which has ended is over with what it left: it may have been faster than every look. */
  lastLook(): Promise<LimitName | undefined>
  stop(): void
}

/** Milliseconds between two looks. Real time: what is watched are the machine's processes. */
const pause = 500

/**
 * Looks after the steps of one worker: what each uses of processor, memory, processes and disk, all of its processes
 * together. A step that is over within the first pause costs a timer.
 */
export class LimitWatch {
  readonly #steps = new Map<Limited, DiskWatch>()
  #timer: NodeJS.Timeout | undefined

  watch(step: Limited): Watched {
    if (Object.keys(step.limits).length === 0) return unlimited
    const disk = new DiskWatch(step.workspace, step.limits, step.fresh)
    this.#steps.set(step, disk)
    this.#timer ??= setInterval(() => this.look(), pause)
    return {
      lastLook: async () => byProcessor(step) ?? byLog(step) ?? (await disk.lastLook()),
      stop: () => this.#forget(step),
    }
  }

  /** One look at everything. */
  look(): void {
    const processes = listProcesses()
    for (const [step, disk] of this.#steps) {
      const tree = treeOf(step, processes)
      const limit = byProcesses(tree, step) ?? byLog(step)
      if (limit !== undefined) step.onExceeded(limit)
      else void this.#lookAtDisk(step, disk, tree)
    }
  }

  async #lookAtDisk(step: Limited, disk: DiskWatch, tree: readonly ProcessStat[]): Promise<void> {
    const limit = await disk.look(tree.map(({ pid }) => pid)).catch(() => undefined)
    if (limit !== undefined && this.#steps.has(step)) step.onExceeded(limit)
  }

  #forget(step: Limited): void {
    this.#steps.delete(step)
    if (this.#steps.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

const unlimited: Watched = { lastLook: async () => undefined, stop: () => {} }

function byProcesses(tree: readonly ProcessStat[], { limits, group }: Limited): LimitName | undefined {
  if (limits.cpuSeconds !== undefined && cpuSeconds(tree, group) > limits.cpuSeconds) return 'cpuSeconds'
  if (limits.processes !== undefined && tree.length > limits.processes) return 'processes'
  if (limits.memory === undefined) return undefined
  const resident = tree.reduce((sum, { residentPages }) => sum + residentPages * pageSize, 0)
  // Pages that processes share count for each of them above: before that ends a build, it is counted properly.
  return resident > limits.memory && privateMemory(tree) > limits.memory ? 'memory' : undefined
}

/** Of the group, which knows of processes too that were over before anybody looked. */
function cpuSeconds(tree: readonly ProcessStat[], group: Cgroup | undefined): number {
  return group?.cpuSeconds() ?? tree.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) / ticksPerSecond
}

function treeOf({ folder }: Limited, processes: readonly ProcessStat[]): readonly ProcessStat[] {
  const supervisor = readStatus(folder).start?.pid
  if (supervisor === undefined) return []
  const members = new Map<number, ProcessStat>()
  const own = readStat(supervisor)
  if (own !== undefined) members.set(supervisor, own)
  for (const stat of processes) if (stat.session === supervisor) members.set(stat.pid, stat)
  for (let before = -1; before < members.size; ) {
    before = members.size
    for (const stat of processes) if (members.has(stat.parent)) members.set(stat.pid, stat)
  }
  return [...members.values()]
}

/** Of a step that is over: only its group still knows. */
function byProcessor({ group, limits }: Limited): LimitName | undefined {
  const most = limits.cpuSeconds ?? Number.POSITIVE_INFINITY
  return (group?.cpuSeconds() ?? 0) > most ? 'cpuSeconds' : undefined
}

function byLog({ log, limits }: Limited): LimitName | undefined {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  return limits.log !== undefined && size > limits.log ? 'log' : undefined
}
