/** Looks for what an action left running. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { listProcesses } from '../../worker/process-table.js'
import { processesWith } from '../strays.js'

/** Bundles plugins and tests in this process, and stays for the next: no action started it. */
const bundler = /\/esbuild --service=/

/** This process's own children now; zombies are nobody. */
export function children(): ReadonlySet<number> {
  const own = listProcesses().filter(({ parent, state }) => parent === process.pid && state !== 'Z')
  return new Set(own.map(({ pid }) => pid))
}

/**
 * Command lines of what an action left: its steps' processes, and children that this process did not have before.
 * What is just ending gets two seconds for it.
 */
export async function straysOf(actionExecutionId: string, before: ReadonlySet<number>): Promise<readonly string[]> {
  const mark = `PENSTOCK_ACTION_EXECUTION_ID=${actionExecutionId}`
  for (const deadline = Date.now() + 2_000; ; await delay(50)) {
    const pids = [...new Set([...processesWith(mark), ...[...children()].filter((pid) => !before.has(pid))])]
    const left = pids.map(commandLine).filter((line) => !bundler.test(line))
    if (left.length === 0 || Date.now() > deadline) return left
  }
}

function commandLine(pid: number): string {
  try {
    return `${pid}: ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`
  } catch {
    return String(pid)
  }
}
