import { readdirSync, readFileSync } from 'node:fs'

/** Whether a process of this machine, in whatever namespace, has just this command line. */
export function isRunning(commandLine: string): boolean {
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return found.some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').join(' ').trim() === commandLine
    } catch {
      return false
    }
  })
}
