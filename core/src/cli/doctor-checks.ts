import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../app/config.js'
import { lockHolder } from '../app/folder-lock.js'
import { reason } from '../host/contain.js'

/** `bad` keeps Penstock from working, `warn` keeps a part of it from working or working well. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'bad'
  readonly found: string
  readonly remedy?: string
}

export interface Check {
  readonly name: string
  look(config: Config): Finding | Promise<Finding>
}

const run = promisify(execFile)

export const checks: readonly Check[] = [
  { name: 'node', look: lookAtNode },
  tool('git', ['--version'], 'git sources clone with less memory and time', 'git'),
  tool('ssh', ['-V'], 'to try connections of codedeploy-ssh by hand', 'openssh-client'),
  tool('ruby', ['--version'], 'rake-build runs it', 'ruby'),
  tool('rake', ['--version'], 'rake-build runs it', 'rake'),
  { name: 'data folder', look: lookAtDataFolder },
  { name: 'disk', look: lookAtDisk },
  { name: 'port', look: lookAtPort },
  { name: 'clock', look: lookAtClock },
]

function lookAtNode(): Finding {
  const found = `${process.version} on ${process.platform}`
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    return { state: 'bad', found, remedy: 'install Node.js 20.19 or later; 22 or 24 for production' }
  if (major === 20)
    return { state: 'warn', found, remedy: 'Node.js 20 gets no more security fixes: use 22 or 24 for production' }
  return { state: 'ok', found }
}

function tool(name: string, args: readonly string[], use: string, packageName: string): Check {
  return {
    name,
    async look() {
      try {
        const { stdout, stderr } = await run(name, [...args], { timeout: 10_000 })
        return { state: 'ok', found: (stdout || stderr).trim().split('\n')[0] ?? '' }
      } catch {
        return { state: 'warn', found: 'not found', remedy: `${use}: apt-get install ${packageName}` }
      }
    },
  }
}

function lookAtDataFolder({ dataDir }: Config): Finding {
  if (!existsSync(dataDir)) {
    const parent = existing(dirname(dataDir))
    if (writable(parent)) return { state: 'ok', found: `${dataDir} will be made` }
    return {
      state: 'bad',
      found: `${dataDir} is not there, and ${parent} is not writable`,
      remedy: 'make it writable, or choose another with --data',
    }
  }
  if (!writable(dataDir))
    return { state: 'bad', found: `${dataDir} is not writable by this user`, remedy: `chown -R $(id -un) ${dataDir}` }
  const secrets = join(dataDir, 'secrets')
  if (existsSync(secrets) && (statSync(secrets).mode & 0o077) !== 0) {
    return { state: 'bad', found: `${secrets} can be read by others`, remedy: `chmod -R go= ${secrets}` }
  }
  const holder = lockHolder(dataDir)
  return { state: 'ok', found: holder === undefined ? dataDir : `${dataDir}, in use by the server with pid ${holder}` }
}

function lookAtDisk({ dataDir }: Config): Finding {
  const { bavail, bsize } = statfsSync(existing(dataDir))
  const free = (bavail * bsize) / 2 ** 30
  const found = `${free.toFixed(1)} GiB free for ${dataDir}`
  if (free >= 5) return { state: 'ok', found }
  return {
    state: free < 0.5 ? 'bad' : 'warn',
    found,
    remedy: 'artifacts and logs need room: free some, or lower retention.historyDays',
  }
}

async function lookAtPort({ server: { host, port }, dataDir }: Config): Promise<Finding> {
  const problem = await tryPort(host, port)
  if (problem === undefined) return { state: 'ok', found: `${host}:${port} is free` }
  if (lockHolder(dataDir) !== undefined)
    return { state: 'ok', found: `${host}:${port} is in use, by this data folder's server it seems` }
  return {
    state: 'bad',
    found: `${host}:${port}: ${problem}`,
    remedy: 'stop what uses it, or choose another with --port',
  }
}

function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(reason(error)))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

/** AWS's clients refuse to talk when clocks are five minutes apart; a clock before the release of this version is wrong. */
function lookAtClock(): Finding {
  const now = new Date()
  const found = `${now.toISOString()}, time zone ${Intl.DateTimeFormat().resolvedOptions().timeZone}`
  if (now.getTime() > Date.UTC(2026, 0, 1)) return { state: 'ok', found }
  return {
    state: 'bad',
    found,
    remedy: 'set the clock (timedatectl set-ntp true): signatures and certificates depend on it',
  }
}

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path))
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
