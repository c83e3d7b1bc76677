import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ProcessStat } from '../process-table.js'

/** Clock ticks a second in /proc: 100 on every architecture that Linux has kept. */
export const ticksPerSecond = 100

/** Bytes: 4096 on x86, and 4096, 16384 or 65536 on ARM. */
export const pageSize = readPageSize()

/**
 * Bytes of memory that these processes take together: a page that n of them share counts as an n-th for each.
 * Where the kernel does not tell (it is another user's), what is resident counts whole.
 */
export function privateMemory(processes: readonly ProcessStat[]): number {
  return processes.reduce((sum, { pid, residentPages }) => sum + (proportional(pid) ?? residentPages * pageSize), 0)
}

function proportional(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}

function readPageSize(): number {
  if (process.arch === 'x64') return 4096
  try {
    return Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }))
  } catch {
    return 4096
  }
}
