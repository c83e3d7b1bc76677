import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Finding } from './finding.js'

const run = promisify(execFile)

/** The versions that package.json asks for, and those that still get security fixes. */
export function lookAtNode(): Finding {
  const name = 'node'
  const found = `${process.version} on ${process.platform}`
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    return { name, state: 'bad', found, remedy: 'install Node.js 20.19 or later; 22 or 24 for production' }
  if (major === 20)
    return { name, state: 'warn', found, remedy: 'Node.js 20 gets no more security fixes: use 22 or 24 for production' }
  return { name, state: 'ok', found }
}

/** AWS's clients refuse to talk when clocks are minutes apart; a clock before the release of this version is wrong. */
export async function lookAtClock(): Promise<Finding> {
  const name = 'clock'
  const now = new Date()
  const found = `${now.toISOString()}, time zone ${Intl.DateTimeFormat().resolvedOptions().timeZone}`
  const remedy = 'set the clock (timedatectl set-ntp true): signatures and certificates depend on it'
  if (now.getTime() < Date.UTC(2026, 0, 1)) return { name, state: 'bad', found, remedy }
  if (await isUnsynchronized()) return { name, state: 'warn', found: `${found}, kept by no time server`, remedy }
  return { name, state: 'ok', found }
}

/** False where nobody can tell, as in a container. */
async function isUnsynchronized(): Promise<boolean> {
  try {
    const { stdout } = await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], { timeout: 5_000 })
    return stdout.trim() === 'no'
  } catch {
    return false
  }
}
