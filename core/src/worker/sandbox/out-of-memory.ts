import { readFileSync } from 'node:fs'

/** How many processes the kernel has ended for want of memory since the machine's start; 0 where it does not say. */
export function outOfMemoryCount(vmstat = '/proc/vmstat'): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(vmstat, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
