/** Hosts that are not OpenSSH: dropbear on a system with nothing but BusyBox, and tinysshd. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentAccount, findAccount, freePort, startSshd, startTethered } from '@penstock/core/testkit'
import type { HostConfig } from '../../src/config.js'
import { eventually } from './wait.js'

export interface OtherHost {
  readonly host: HostConfig
  readonly knownHosts: string
  /** Where the host's root folder is, seen from here. */
  readonly root: string
  stop(): Promise<void>
}

/** A system whose every program is BusyBox's, with dropbear, in a sandbox of its own. */
export async function startBusyboxHost(): Promise<OtherHost> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-busybox-'))
  const root = join(folder, 'root')
  for (const name of [
    'bin',
    'sbin',
    'etc',
    'home/app/.ssh',
    'lib',
    'lib64',
    'usr/lib',
    'usr/bin',
    'proc',
    'dev',
    'tmp',
  ])
    mkdirSync(join(root, name), { recursive: true })
  cpSync('/usr/bin/busybox', join(root, 'bin/busybox'))
  cpSync('/usr/sbin/dropbear', join(root, 'sbin/dropbear'))
  const applets = execFileSync('/usr/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  writeFileSync(join(root, 'etc/passwd'), 'app:x:1000:1000::/home/app:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'app:x:1000:\n')
  const identityFile = makeKey(folder)
  writeFileSync(join(root, 'home/app/.ssh/authorized_keys'), readFileSync(`${identityFile}.pub`))
  chmodSync(join(root, 'home/app/.ssh'), 0o700)
  const hostKey = join(root, 'etc/host_key')
  const made = execFileSync('dropbearkey', ['-t', 'ed25519', '-f', hostKey], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [publicKey = ''] = /ssh-ed25519 \S+/.exec(made) ?? []
  const port = await freePort()
  const libraries = ['/lib', '/lib64', '/usr/lib'].filter(existsSync).flatMap((path) => ['--ro-bind', path, path])
  const words = ['--unshare-user', '--uid', '1000', '--gid', '1000', '--bind', root, '/', ...libraries]
  const log = join(folder, 'log')
  const server = startTethered(
    [
      'bwrap',
      ...words,
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--tmpfs',
      '/tmp',
      '--die-with-parent',
      '--',
      '/sbin/dropbear',
      '-F',
      '-E',
      '-r',
      '/etc/host_key',
      '-p',
      `127.0.0.1:${port}`,
    ],
    { log, cwd: '/' },
  )
  await eventually('dropbear listens', () => existsSync(log) && readFileSync(log, 'utf8').includes('Not backgrounding'))
  return {
    host: { host: '127.0.0.1', port, user: 'app', identityFile },
    knownHosts: `[127.0.0.1]:${port} ${publicKey}`,
    root,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** tinysshd takes no port: a process of it for each connection, as inetd would start it. */
export async function startTinyHost(): Promise<OtherHost> {
  // The account that the other sshds of the tests have made.
  if (process.getuid?.() === 0 && findAccount('penstock-demo') === undefined) await (await startSshd()).stop()
  const account = (process.getuid?.() === 0 ? findAccount('penstock-demo') : undefined) ?? currentAccount()
  const folder = mkdtempSync(join(tmpdir(), 'penstock-tiny-'))
  chmodSync(folder, 0o755)
  const keys = join(folder, 'keys')
  execFileSync('tinysshd-makekey', [keys])
  const published = execFileSync('tinysshd-printkey', [keys], { encoding: 'utf8' })
  const [publicKey = ''] = /ssh-ed25519 \S+/.exec(published) ?? []
  if (process.getuid?.() === 0)
    for (const path of [keys, join(keys, 'ed25519.pk'), join(keys, '.ed25519.sk')])
      chownSync(path, account.uid, account.gid)
  const identityFile = makeKey(folder)
  const takeBack = authorize(account, readFileSync(`${identityFile}.pub`, 'utf8'))
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    const child = spawn('tinysshd', [keys], { uid: account.uid, gid: account.gid, stdio: ['pipe', 'pipe', 'ignore'] })
    socket.pipe(child.stdin).on('error', () => undefined)
    child.stdout.pipe(socket)
    child.once('exit', () => socket.destroy())
    socket
      .on('error', () => undefined)
      .once('close', () => {
        open.delete(socket)
        child.kill()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    host: { host: '127.0.0.1', port, user: account.name, identityFile },
    knownHosts: `[127.0.0.1]:${port} ${publicKey}`,
    root: '/',
    async stop() {
      takeBack()
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function makeKey(folder: string): string {
  const file = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  return file
}

/** tinysshd knows only ~/.ssh/authorized_keys; what was there before is there again afterwards. */
function authorize(
  { home, uid, gid }: { readonly home: string; readonly uid: number; readonly gid: number },
  key: string,
): () => void {
  const folder = join(home, '.ssh')
  const file = join(folder, 'authorized_keys')
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  const made = !existsSync(folder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(file, `${before ?? ''}${key}`, { mode: 0o600 })
  if (process.getuid?.() === 0) for (const path of [folder, file]) chownSync(path, uid, gid)
  return () => {
    if (before !== undefined) writeFileSync(file, before)
    else rmSync(made ? folder : file, { recursive: true, force: true })
  }
}
