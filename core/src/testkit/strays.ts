/** Processes that a server started and let go (a deployment's web server, say), found by a word in their environment. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * The ids of all processes whose environment holds `word` (`NAME=value`) exactly, without this one. Linux only.
 * @example
 * const left = processesWith('PENSTOCK_PIPELINE=site')
 */
export function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && environmentOf(pid).includes(word))
}

/**
 * Ends them: TERM, and KILL for what is still there after `grace` milliseconds.
 * @example
 * await endProcessesWith('PENSTOCK_PIPELINE=site')
 */
export async function endProcessesWith(word: string, grace = 2000): Promise<void> {
  const deadline = Date.now() + grace
  let signal: NodeJS.Signals = 'SIGTERM'
  for (let found = processesWith(word); found.length > 0; found = processesWith(word)) {
    for (const pid of found) send(pid, signal)
    if (Date.now() > deadline + 5000) throw new Error(`processes that do not end: ${found.join(', ')}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    signal = Date.now() > deadline ? 'SIGKILL' : 'SIGTERM'
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return [] // Gone, or somebody else's.
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone meanwhile.
  }
}
