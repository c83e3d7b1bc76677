import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { listProcesses, type ProcessStat, readStat } from '../process-table.js'
import { readStatus } from '../step-files.js'
import { diskUsage } from './disk-usage.js'
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
  onExceeded(limit: LimitName): void
}

/** Milliseconds between two looks. Real time: what is watched are the machine's processes. */
const pause = 500

/**
 * Looks after the steps of one worker: what each uses of processor, memory, processes and disk, all of its processes
 * together. A step that is over within the first pause costs a timer.
 */
export class LimitWatch {
  readonly #steps = new Map<Limited, Disk>()
  #timer: NodeJS.Timeout | undefined

  /** Watches a step until the answer is called. */
  watch(step: Limited): () => void {
    if (Object.keys(step.limits).length === 0) return () => {}
    this.#steps.set(step, new Disk(step))
    this.#timer ??= setInterval(() => this.look(), pause)
    return () => {
      this.#steps.delete(step)
      if (this.#steps.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  /** One look at everything. */
  look(): void {
    const processes = listProcesses()
    for (const [step, disk] of this.#steps) {
      const exceeded = byProcesses(step, processes) ?? byLog(step)
      if (exceeded !== undefined) step.onExceeded(exceeded)
      else void disk.look()
    }
  }
}

function byProcesses({ folder, limits }: Limited, processes: readonly ProcessStat[]): LimitName | undefined {
  const supervisor = readStatus(folder).start?.pid
  if (supervisor === undefined) return undefined
  const tree = treeOf(supervisor, processes)
  const ticks = tree.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0)
  if (limits.cpuSeconds !== undefined && ticks / ticksPerSecond > limits.cpuSeconds) return 'cpuSeconds'
  if (limits.processes !== undefined && tree.length > limits.processes) return 'processes'
  if (limits.memory === undefined) return undefined
  const resident = tree.reduce((sum, { residentPages }) => sum + residentPages * pageSize, 0)
  // Pages that processes share count for each of them above: before that ends a build, it is counted properly.
  return resident > limits.memory && privateMemory(tree) > limits.memory ? 'memory' : undefined
}

function treeOf(supervisor: number, processes: readonly ProcessStat[]): readonly ProcessStat[] {
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

function byLog({ log, limits }: Limited): LimitName | undefined {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  return limits.log !== undefined && size > limits.log ? 'log' : undefined
}

/** A folder is only added up when the file system has grown by what it had left: that is one cheap question, not a walk. */
class Disk {
  #usage = 0
  #used: number | undefined
  #looking = false

  constructor(readonly step: Limited) {}

  async look(): Promise<void> {
    const { limits, workspace, onExceeded } = this.step
    if (limits.workspace === undefined || this.#looking) return
    this.#looking = true
    try {
      const { blocks, bfree, bsize } = await statfs(workspace)
      const used = (blocks - bfree) * bsize
      this.#used ??= used
      if (used - this.#used < limits.workspace - this.#usage) return
      this.#usage = await diskUsage(workspace)
      this.#used = used
      if (this.#usage > limits.workspace) onExceeded('workspace')
    } catch {
      // The folder went with its action.
    } finally {
      this.#looking = false
    }
  }
}
