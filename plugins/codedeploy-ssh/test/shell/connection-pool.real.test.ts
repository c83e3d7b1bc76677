/** Connections that wait for the next deployment, on real sshds. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@penstock/core'
import { FakeClock } from '@penstock/core/testkit'
import { ConnectionPool } from '../../src/shell/connection-pool.js'
import { Handshakes } from '../../src/shell/handshakes.js'
import { HostKeys } from '../../src/shell/host-keys.js'
import { SshShell } from '../../src/shell/ssh-shell.js'
import type { SshTarget } from '../../src/shell/target.js'
import { type Cutter, startCutter } from '../support/cutter.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

let fleet: TestFleet
let cutter: Cutter
beforeAll(async () => {
  fleet = await startFleet(1)
})
afterAll(() => fleet.stop())
beforeEach(async () => {
  cutter = await startCutter(fleet.sshds[0]?.port ?? 0)
})
afterEach(() => cutter.stop())

const knownHosts = (more = '') =>
  HostKeys.load(`${fleet.sshds[0]?.knownHosts.replace(/:\d+/, `:${cutter.port}`)}\n${more}`)

async function use(pool: ConnectionPool, more: Partial<SshTarget> = {}, hostKeys = knownHosts(), clock = systemClock) {
  const { user = '', privateKeyFile: identityFile = '' } = fleet.sshds[0] ?? {}
  const target = { host: '127.0.0.1', port: cutter.port, user, identityFile, jumps: [], ...more }
  const shell = await SshShell.open(target, { hostKeys: await hostKeys, handshakes: new Handshakes(), clock, pool })
  const exit = await shell.run('exit 7')
  expect(exit.code).toBe(7)
  await shell.close()
  await shell.close()
}

test('the next one takes the connection that waits; two at once have one each', async () => {
  const pool = new ConnectionPool({ idle: 60_000, size: 8 })
  await use(pool)
  await use(pool)
  expect(cutter.connections).toBe(1)
  await Promise.all([use(pool), use(pool)])
  expect(cutter.connections).toBe(2)
  pool.close()
  await use(pool)
  expect(cutter.connections).toBe(3)
  await eventually('all are closed', () => cutter.open === 0)
})

test('never across other credentials, or other known hosts', async () => {
  const pool = new ConnectionPool({ idle: 60_000, size: 8 })
  await use(pool)
  const other = join(fleet.folder, 'other_key')
  // The same key, but for its comment: not the same credentials.
  writeFileSync(other, `${readFileSync(fleet.sshds[0]?.privateKeyFile ?? '', 'utf8')}\n`, { mode: 0o600 })
  await use(pool, { identityFile: other })
  expect(cutter.connections).toBe(2)
  await use(pool, {}, knownHosts('other.example.com ssh-ed25519 AAAA'))
  expect(cutter.connections).toBe(3)
  await use(pool, { password: 'x' })
  expect(cutter.connections).toBe(4)
  await expect(use(pool, {}, HostKeys.load('other.example.com ssh-ed25519 AAAA'))).rejects.toThrow('is not known')
  pool.close()
})

test('one that was cut while it waited is not handed out', async () => {
  const pool = new ConnectionPool({ idle: 60_000, size: 8 })
  await use(pool)
  cutter.cut()
  await use(pool)
  expect(cutter.connections).toBe(2)
  pool.close()
})

test('one whose other side is silent is given up after five seconds, and made anew', async () => {
  const pool = new ConnectionPool({ idle: 60_000, size: 8 })
  await use(pool)
  cutter.freeze()
  await use(pool)
  expect(cutter.connections).toBe(2)
  pool.close()
})

test('it waits no longer than it may, and no more of them than may', async () => {
  const clock = new FakeClock()
  const pool = new ConnectionPool({ idle: 60_000, size: 1 })
  await use(pool, {}, knownHosts(), clock)
  await clock.advance(59_000)
  await use(pool, {}, knownHosts(), clock)
  await Promise.all([use(pool, {}, knownHosts(), clock), use(pool, {}, knownHosts(), clock)])
  await eventually('only one waits', () => cutter.open === 1)
  await clock.advance(60_000)
  await eventually('none waits', () => cutter.open === 0)
})
