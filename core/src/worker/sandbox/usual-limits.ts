import { totalmem } from 'node:os'
import type { StepLimits } from './limits.js'

const GiB = 1024 ** 3

/**
 * The limits of a step where penstock.yaml does not say otherwise: enough for any honest build, and short of what takes
 * the machine down. Memory is three quarters of the machine's.
 */
export function usualLimits(): StepLimits {
  return {
    memory: Math.floor(totalmem() * 0.75),
    processes: 2048,
    openFiles: 65_536,
    workspace: 50 * GiB,
    files: 2_000_000,
    log: GiB,
  }
}
