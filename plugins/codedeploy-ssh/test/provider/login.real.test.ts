/** The ways to log in, and the ways to know a host, each with a real sshd. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@penstock/core'
import { Handshakes } from '../../src/shell/handshakes.js'
import { HostKeys } from '../../src/shell/host-keys.js'
import { SshShell } from '../../src/shell/ssh-shell.js'
import type { SshTarget } from '../../src/shell/target.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

let fleet: TestFleet
beforeAll(async () => {
  fleet = await startFleet(1)
})
afterAll(() => fleet.stop())

function sshd() {
  const [only] = fleet.sshds
  if (only === undefined) throw new Error('no host')
  return only
}

/** Logs in, runs a command, and answers its output. */
async function whoami(more: Partial<SshTarget>, knownHosts = sshd().knownHosts): Promise<string> {
  const { host, port, user } = sshd()
  const options = { hostKeys: await HostKeys.load(knownHosts), handshakes: new Handshakes(), clock: systemClock }
  const shell = await SshShell.open({ host, port, user, jumps: [], ...more }, options)
  try {
    const words: string[] = []
    await shell.run('id -un', { onOutput: (piece) => words.push(piece.toString()) })
    return words.join('').trim()
  } finally {
    await shell.close()
  }
}

const withKey = (knownHosts?: string) => whoami({ identityFile: sshd().privateKeyFile }, knownHosts)

test('an agent that has the key, and one that has none', async () => {
  const socket = join(fleet.folder, 'agent')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  const env = { ...process.env, SSH_AUTH_SOCK: socket }
  const ended = new Promise((resolve) => agent.once('exit', resolve))
  const add = (word: string) => execFileSync('ssh-add', [word], { env, stdio: 'ignore' })
  try {
    await eventually('the agent listens', () => attempt(() => add('-D')))
    await expect(whoami({ agent: socket })).rejects.toThrow('refused the login')
    add(sshd().privateKeyFile)
    expect(await whoami({ agent: socket })).toBe(sshd().user)
  } finally {
    agent.kill()
    await ended
  }
})

function attempt(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

test('a wrong passphrase names the file, and not the passphrase', async () => {
  const identityFile = join(fleet.folder, 'protected')
  writeFileSync(identityFile, sshd().privateKey, { mode: 0o600 })
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', identityFile])
  expect(await whoami({ identityFile, passphrase: 'open sesame' })).toBe(sshd().user)
  const wrong = whoami({ identityFile, passphrase: 'open barley' })
  await expect(wrong).rejects.toThrow(`cannot use the identity file ${identityFile}`)
  await expect(wrong).rejects.not.toThrow('barley')
})

describe('known hosts', () => {
  test('hashed by OpenSSH', async () => {
    const file = join(fleet.folder, 'hashed')
    writeFileSync(file, `${sshd().knownHosts}\n`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|/)
    expect(await withKey(file)).toBe(sshd().user)
  })

  test('revoked, though it is pinned too', async () => {
    const lines = `${sshd().knownHosts}\n@revoked * ${sshd().knownHosts.split(' ').slice(1).join(' ')}\n`
    await expect(withKey(lines)).rejects.toThrow(/is revoked by line 2 of the knownHosts setting/)
  })

  test('a certificate authority is told to be of no use; a key next to it is taken', async () => {
    const authority = `@cert-authority * ${sshd().knownHosts.split(' ').slice(1).join(' ')}\n`
    await expect(withKey(authority)).rejects.toThrow('is not known: ssh-ed25519 SHA256:')
    await expect(withKey(authority)).rejects.toThrow('@cert-authority of line 1 does not help')
    expect(await withKey(`${authority}${sshd().knownHosts}`)).toBe(sshd().user)
  })
})

test('IPv6', async () => {
  const relay = createServer((client) => {
    const upstream = createConnection(sshd().port, '127.0.0.1')
    for (const socket of [client, upstream]) socket.on('error', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  const port = await listenOn6(relay)
  if (port === undefined) return console.warn('NOT TESTED: this machine has no ::1')
  try {
    const knownHosts = sshd().knownHosts.replace(/^\S+/, `[::1]:${port}`)
    expect(await whoami({ host: '::1', port, identityFile: sshd().privateKeyFile }, knownHosts)).toBe(sshd().user)
  } finally {
    await new Promise((resolve) => relay.close(resolve))
  }
})

function listenOn6(server: Server): Promise<number | undefined> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(0, '::1', () => {
      const address = server.address()
      resolve(typeof address === 'object' ? address?.port : undefined)
    })
  })
}

/** Only an sshd of root may look up passwords. */
describe('a password', () => {
  const user = 'penstock-password'
  const password = `right ${process.pid} "word"`
  const isRoot = process.getuid?.() === 0

  test.each([
    ['by the password method', ['PasswordAuthentication yes', 'KbdInteractiveAuthentication no', 'UsePAM no']],
    [
      'by a keyboard-interactive prompt',
      ['PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'UsePAM yes'],
    ],
  ])('%s', async (_way, settings) => {
    if (!isRoot) return console.warn('NOT TESTED: passwords need an sshd of root')
    mkdirSync('/run/sshd', { recursive: true })
    attempt(() =>
      execFileSync('useradd', ['--system', '--no-create-home', '--home-dir', '/', '--shell', '/bin/sh', user]),
    )
    execFileSync('chpasswd', { input: `${user}:${password}\n` })
    const hostKey = join(fleet.folder, `key-${settings.length}-${Math.random()}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey])
    const port = await freePort()
    const lines = [...settings, `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, 'PidFile none']
    writeFileSync(`${hostKey}.conf`, `${lines.join('\n')}\nAllowUsers ${user}\nPubkeyAuthentication no\n`)
    const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', `${hostKey}.conf`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = new Promise((resolve) => server.once('exit', resolve))
    const said: string[] = []
    server.stderr.on('data', (piece) => said.push(String(piece)))
    try {
      await eventually('sshd listens', () => said.join('').includes('Server listening'))
      const knownHosts = `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, 'utf8')}`
      expect(await whoami({ port, user, password }, knownHosts)).toBe(user)
      const wrong = whoami({ port, user, password: 'barley' }, knownHosts)
      await expect(wrong).rejects.toThrow(`${user}@127.0.0.1:${port} refused the login`)
      await expect(wrong).rejects.not.toThrow('barley')
    } finally {
      server.kill()
      await ended
      attempt(() => execFileSync('userdel', [user], { stdio: 'ignore' }))
    }
  })
})

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
