/** Logging in: host keys, jumps, busy servers. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@penstock/core'
import { Handshakes } from '../../src/shell/handshakes.js'
import { HostKeys } from '../../src/shell/host-keys.js'
import { fingerprint } from '../../src/shell/known-hosts.js'
import { SshShell } from '../../src/shell/ssh-shell.js'
import type { SshTarget } from '../../src/shell/target.js'
import { startFleet, type TestFleet } from '../support/fleet.js'

jest.setTimeout(180_000)

let fleet: TestFleet
beforeAll(async () => {
  fleet = await startFleet(2)
})
afterAll(() => fleet.stop())

const bundle = () => fleet.bundle({ 'appspec.yml': 'version: 0.0\nos: linux\n' })

function target(host = 0, more: Partial<SshTarget> = {}): SshTarget {
  const sshd = fleet.sshds[host]
  if (sshd === undefined) throw new Error('no host')
  return { host: sshd.host, port: sshd.port, user: sshd.user, identityFile: sshd.privateKeyFile, jumps: [], ...more }
}

async function open(to: SshTarget, knownHosts = join(fleet.folder, 'known_hosts')) {
  return SshShell.open(to, {
    hostKeys: await HostKeys.load(knownHosts),
    handshakes: new Handshakes(),
    clock: systemClock,
  })
}

async function output(shell: SshShell, command: string): Promise<string> {
  let text = ''
  await shell.run(command, {
    onOutput: (piece) => {
      text += piece.toString()
    },
  })
  return text
}

test('an unknown host key is refused, with its fingerprint and the line to add', async () => {
  const empty = join(fleet.folder, 'empty_known_hosts')
  writeFileSync(empty, '')
  const run = await fleet.deploy(bundle(), { group: { knownHosts: empty, hosts: ['web1'] } })
  const raw = Buffer.from(fleet.sshds[0]?.knownHosts.split(' ')[2] ?? '', 'base64')
  expect(run.outcome).toBe('failed')
  expect(run.failure?.message).toContain(fingerprint(raw))
  expect(run.failure?.message).toContain(`add this line to ${empty}: ${fleet.sshds[0]?.knownHosts}`)
})

test('a changed host key is refused', async () => {
  const other = fleet.sshds[1]?.knownHosts.replace(/:\d+/, `:${fleet.sshds[0]?.port}`) ?? ''
  const run = await fleet.deploy(bundle(), { group: { knownHosts: other, hosts: ['web1'] } })
  expect(run.failure?.message).toContain('HAS CHANGED')
  expect(run.failure?.message).toContain('line 1 of the knownHosts setting')
})

test('a host that is pinned by another type of key is asked for that type', async () => {
  // The fixture's sshd has one ed25519 key: pin a second, older type next to it.
  const key = join(fleet.folder, 'rsa')
  execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', key])
  const keys = await HostKeys.load(`[127.0.0.1]:${fleet.sshds[0]?.port} ${readFileSync(`${key}.pub`, 'utf8')}`)
  expect(keys.algorithms('127.0.0.1', fleet.sshds[0]?.port ?? 0).slice(0, 2)).toEqual(['rsa-sha2-512', 'rsa-sha2-256'])
})

test('a jump is verified under its own name, and so is what is behind it', async () => {
  const shell = await open(target(1, { jumps: [target(0)] }))
  try {
    // The second server sees the first one as its client: SSH_CONNECTION names the second one's port.
    expect(await output(shell, 'echo "$SSH_CONNECTION"')).toContain(` ${fleet.sshds[1]?.port}\n`)
  } finally {
    await shell.close()
  }
  const onlyTarget = fleet.sshds[1]?.knownHosts ?? ''
  await expect(open(target(1, { jumps: [target(0)] }), onlyTarget)).rejects.toThrow(
    `[127.0.0.1]:${fleet.sshds[0]?.port} is not known`,
  )
  const onlyJump = fleet.sshds[0]?.knownHosts ?? ''
  await expect(open(target(1, { jumps: [target(0)] }), onlyJump)).rejects.toThrow(
    `[127.0.0.1]:${fleet.sshds[1]?.port} is not known`,
  )
})

test('a key with a passphrase', async () => {
  const file = join(fleet.folder, 'protected')
  writeFileSync(file, fleet.sshds[0]?.privateKey ?? '', { mode: 0o600 })
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', file])
  const shell = await open(target(0, { identityFile: file, passphrase: 'open sesame' }))
  expect(await output(shell, 'echo in')).toBe('in\n')
  await shell.close()
  await expect(open(target(0, { identityFile: file }))).rejects.toThrow(/cannot use the identity file .*passphrase/)
  await expect(open(target(0, { identityFile: `${file}.none` }))).rejects.toThrow('cannot read the identity file')
})

test('a login that is refused is not tried again', async () => {
  await expect(open(target(0, { user: 'nobody' }))).rejects.toMatchObject({ temporary: false })
})

test('more commands at once than the server allows on a connection', async () => {
  const strict = await startFleet(1, ['MaxSessions 1'])
  try {
    const sshd = strict.sshds[0]
    if (sshd === undefined) throw new Error('no host')
    const to = { host: sshd.host, port: sshd.port, user: sshd.user, identityFile: sshd.privateKeyFile, jumps: [] }
    const shell = await open(to, sshd.knownHosts)
    const slow = output(shell, 'sleep 0.5; echo slow')
    expect(await output(shell, 'echo quick')).toBe('quick\n')
    expect(await slow).toBe('slow\n')
    await shell.close()
  } finally {
    await strict.stop()
  }
})

test('a server that drops logins when it is busy is tried again', async () => {
  const busy = await startFleet(1, ['MaxStartups 2:100:2'])
  try {
    const sshd = busy.sshds[0]
    if (sshd === undefined) throw new Error('no host')
    const to = { host: sshd.host, port: sshd.port, user: sshd.user, identityFile: sshd.privateKeyFile, jumps: [] }
    const shells = await Promise.all(Array.from({ length: 8 }, () => open(to, sshd.knownHosts)))
    expect(shells).toHaveLength(8)
    await Promise.all(shells.map((shell) => shell.close()))
  } finally {
    await busy.stop()
  }
})

test('a lot of output on both channels is drained', async () => {
  const shell = await open(target())
  const begun = await shell.run('head -c 8000000 /dev/zero >&2; head -c 8000000 /dev/zero; exit 3')
  expect(begun.code).toBe(3)
  const stream = await shell.download('head -c 100000 /dev/zero')
  let bytes = 0
  for await (const piece of stream) bytes += (piece as Buffer).length
  expect(bytes).toBe(100_000)
  await shell.close()
})
