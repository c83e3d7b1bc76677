/** A real OpenSSH server on loopback, without privileges: what deployments over SSH are tested and shown with. */
import { execFile, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { listProcesses } from '../worker/process-table.js'
import { type Account, currentAccount, findAccount } from './account.js'
import { freePort } from './ports.js'
import { endProcessesWith } from './strays.js'
import { startTethered, type Tethered } from './tethered.js'

/**
 * How the server is.
 * @example
 * const options: SshdOptions = { settings: ['MaxSessions 1'] }
 */
export interface SshdOptions {
  /** The account to run as and to log in as, when this process is root. `penstock-demo` when absent; made when missing. */
  readonly user?: string
  /** More lines of sshd_config, such as `MaxSessions 1`. */
  readonly settings?: readonly string[]
  /** A free one when absent. */
  readonly port?: number
}

/**
 * An sshd that runs.
 * @example
 * const sshd: TestSshd = await startSshd()
 * console.log(sshd.port, sshd.user)
 */
export interface TestSshd {
  readonly host: '127.0.0.1'
  readonly port: number
  /** The only account that can log in. */
  readonly user: string
  readonly account: Account
  /** The client's ed25519 key, in OpenSSH's format. */
  readonly privateKey: string
  readonly privateKeyFile: string
  /** The host key as a line of known_hosts: `[127.0.0.1]:PORT ssh-ed25519 AAAA...`. */
  readonly knownHosts: string
  readonly knownHostsFile: string
  /** What sshd said so far. */
  log(): string
  /** Ends the server, its sessions and whatever those left running; deletes its files. */
  stop(): Promise<void>
}

const sshdPath = '/usr/sbin/sshd'

/**
 * Starts sshd; the server ends with this process at the latest.
 * Errors: sshd is not installed; the account cannot be made; the server did not come up (with its log).
 * @example
 * const sshd = await startSshd()
 * await sshd.stop()
 */
export async function startSshd(options: SshdOptions = {}): Promise<TestSshd> {
  if (!existsSync(sshdPath)) throw new Error(`no ${sshdPath}: apt-get install openssh-server`)
  const account = loginAccount(options.user ?? 'penstock-demo')
  const folder = mkdtempSync(join(tmpdir(), 'penstock-sshd-'))
  const cookie = `PENSTOCK_SSHD=${randomUUID()}`
  try {
    await makeKeys(folder, account)
    const { server, port } = await startOnFreePort(folder, account, cookie, options)
    const hostKey = readFileSync(join(folder, 'host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    const knownHosts = `[127.0.0.1]:${port} ${hostKey}`
    writeFileSync(join(folder, 'known_hosts'), `${knownHosts}\n`)
    return {
      host: '127.0.0.1',
      port,
      user: account.name,
      account,
      privateKey: readFileSync(join(folder, 'client_key'), 'utf8'),
      privateKeyFile: join(folder, 'client_key'),
      knownHosts,
      knownHostsFile: join(folder, 'known_hosts'),
      log: () => readFileSync(join(folder, 'log'), 'utf8'),
      async stop() {
        const sessions = sessionsOf(server.pid)
        await server.stop()
        for (const session of sessions) endNow(session) // they outlive the listener, and so would their connections
        await endProcessesWith(cookie)
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** The processes that hold a connection each. */
function sessionsOf(pid: number): readonly number[] {
  return listProcesses()
    .filter(({ parent }) => parent === pid)
    .map((process) => process.pid)
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with the listener.
  }
}

/** An sshd without privileges lets in only the account that it runs as: us, or, as root, one made for this. */
function loginAccount(name: string): Account {
  if (process.getuid?.() !== 0) return currentAccount()
  const found = findAccount(name)
  if (found !== undefined) return found
  execFileSync('useradd', ['--system', '--create-home', '--home-dir', `/var/lib/${name}`, '--shell', '/bin/sh', name])
  const made = findAccount(name)
  if (made === undefined) throw new Error(`useradd made no account ${name} in /etc/passwd`)
  return made
}

async function makeKeys(folder: string, account: Account): Promise<void> {
  chmodSync(folder, 0o755)
  const generate = (file: string) =>
    promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'penstock', '-f', join(folder, file)])
  await Promise.all([generate('host_key'), generate('client_key')])
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'client_key.pub')))
  if (process.getuid?.() === 0) chownSync(join(folder, 'host_key'), account.uid, account.gid)
}

async function startOnFreePort(folder: string, account: Account, cookie: string, options: SshdOptions) {
  const log = join(folder, 'log')
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    writeFileSync(join(folder, 'sshd_config'), configOf(folder, port, account, cookie, options.settings ?? []))
    writeFileSync(log, '')
    const server = startTethered([sshdPath, '-D', '-e', '-f', join(folder, 'sshd_config')], {
      log,
      cwd: '/',
      ...(process.getuid?.() === 0 ? { account } : {}),
    })
    if (await listens(server, log)) return { server, port }
    await server.stop()
    if (attempt === 5 || options.port !== undefined)
      throw new Error(`sshd did not start:\n${readFileSync(log, 'utf8')}`)
  }
}

function configOf(folder: string, port: number, account: Account, cookie: string, more: readonly string[]): string {
  const lines = [
    ...more, // sshd takes the first value of each keyword
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `AllowUsers ${account.name}`,
    `SetEnv ${cookie}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'Subsystem sftp internal-sftp',
  ]
  return `${lines.join('\n')}\n`
}

/** True once it listens, false when it ended before. */
async function listens(server: Tethered, log: string): Promise<boolean> {
  let over = false
  const end = () => {
    over = true
  }
  void server.ended.then(end, end)
  for (const deadline = Date.now() + 20_000; !over && Date.now() < deadline; ) {
    if (readFileSync(log, 'utf8').includes('Server listening on')) return true
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return false
}
