/** Scripts and hosts that behave badly: each ends with a reason, and in time. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { script } from '../support/bundle.js'
import { startCutter } from '../support/cutter.js'
import { startFleet, type TestFleet } from '../support/fleet.js'

jest.setTimeout(120_000)

let fleet: TestFleet
beforeAll(async () => {
  fleet = await startFleet(1)
})
afterAll(() => fleet.stop())

const spec = (timeout = 60, event = 'AfterInstall') =>
  `version: 0.0\nos: linux\nhooks:\n  ${event}:\n    - location: hook.sh\n      timeout: ${timeout}\n`
const deployHook = (body: string, timeout?: number) =>
  fleet.deploy(fleet.bundle({ 'appspec.yml': spec(timeout), 'hook.sh': script(body) }))

function logOf(id: string | undefined): string {
  const [group = ''] = readdirSync(fleet.root()).filter((name) => !name.startsWith('deployment-'))
  return readFileSync(join(fleet.root(), group, id ?? '', 'logs/scripts.log'), 'utf8')
}

test('ten megabytes in short lines come whole, and end in time', async () => {
  const run = await deployHook(
    'yes 0123456789012345678901234567890123456789012345678 | head -c 10000000; echo end',
    110,
  )
  expect(run.failure).toBeUndefined()
  expect(run.log.match(/hook\.sh \| 0123456789/g)).toHaveLength(200_000)
  expect(run.log).toContain('hook.sh | end')
})

test('a line of ten megabytes comes in pieces', async () => {
  const run = await deployHook("head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end", 110)
  expect(run.outcome).toBe('succeeded')
  expect(run.log.match(/x/g)?.length).toBeGreaterThanOrEqual(10_000_000)
  expect(run.log).toContain('hook.sh | end')
})

test('colours go to the live log, and not into scripts.log; bytes that are no text do not matter', async () => {
  const run = await deployHook(
    "printf '\\033[1;31mred\\033[0m \\033]0;title\\007x\\n'; printf 'a\\377b\\n'; printf 'last without newline'",
  )
  expect(run.log).toContain('\u001b[1;31mred\u001b[0m')
  const log = logOf(run.result?.externalExecutionId)
  expect(log).toContain('[stdout]red x\n')
  expect(log).toContain('[stdout]last without newline\n')
  expect(log).not.toContain('\u001b')
})

test('a hook that asks for input, or for a terminal, is told at once that there is none', async () => {
  const run = await deployHook(
    'read answer || echo "no answer"; tty || true; (: </dev/tty) 2>/dev/null || echo "no tty"',
  )
  expect(run.log).toContain('hook.sh | no answer')
  expect(run.log).toContain('hook.sh | no tty')
})

test('exit 0 with a child in the background that holds stdout: fails at the limit, says why', async () => {
  const run = await deployHook('sleep 20 & exit 0', 1)
  expect(run.failure?.message).toContain('failed to close STDOUT/STDERR within 1 seconds')
})

test.each([
  ['a directory where a file is to be', 'a file is to be copied to a directory', (app: string) => `${app}/x`, true],
  [
    'a file where a directory is to be',
    'a directory is to be made where a file already',
    (app: string) => `${app}/f`,
    false,
  ],
])('%s', async (_, message, destination, isFile) => {
  const app = fleet.app()
  if (!existsSync(join(app, 'f'))) writeFileSync(join(app, 'f'), '')
  const place = destination(app)
  if (isFile) {
    mkdirSync(join(place, 'a'), { recursive: true })
  }
  const run = await fleet.deploy(
    fleet.bundle({
      'appspec.yml': `version: 0.0\nos: linux\nfiles:\n  - {source: site, destination: ${place}}\n`,
      'site/a': '1',
    }),
  )
  expect(run.failure?.message).toContain(message)
})

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0

;(canMount ? describe : describe.skip)('a disk that is full', () => {
  const small = () => join(fleet.folder, 'small')
  beforeAll(() => {
    mkdirSync(small())
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=1777', 'tmpfs', small()])
  })
  afterAll(() => void execFileSync('umount', ['-l', small()]))
  beforeEach(() => rmSync(join(small(), 'root'), { recursive: true, force: true }))
  const onSmall = (files: Parameters<TestFleet['bundle']>[0]) =>
    fleet.deploy(fleet.bundle(files), { group: { hosts: ['web1'], root: join(small(), 'root') } })

  test('a revision that does not fit leaves nothing behind, and the next that fits is deployed', async () => {
    const big = await onSmall({ 'appspec.yml': spec(), 'hook.sh': script('true'), big: 'x'.repeat(3_000_000) })
    expect(big.failure?.message).toContain('No space left on device')
    const next = await onSmall({ 'appspec.yml': spec(), 'hook.sh': script('echo fits') })
    expect(next.log).toContain('hook.sh | fits')
    expect(next.outcome).toBe('succeeded')
  })

  test('output that fills it fails the script with that reason', async () => {
    const run = await onSmall({ 'appspec.yml': spec(), 'hook.sh': script('seq 1 400000') })
    expect(run.failure?.message).toContain('its output could not be written')
  })

  test('a script that fills it with files of its own is told of as ever, and the next deployment says what is wrong', async () => {
    const fill = 'cat /dev/zero >fill 2>/dev/null; echo full; exit 7'
    const run = await onSmall({ 'appspec.yml': spec(), 'hook.sh': script(fill) })
    expect(run.failure?.message).toContain('hook.sh failed with exit code 7')
    const next = await onSmall({ 'appspec.yml': spec(), 'hook.sh': script('true') })
    expect(next.failure?.message).toMatch(/No space left on device|is its disk full/)
  })
})

describe('SELinux on a host without it', () => {
  test('the Install event says which command is missing, after the files were copied', async () => {
    const target = join(fleet.app(), 'labelled')
    const run = await fleet.deploy(
      fleet.bundle({
        'appspec.yml': `version: 0.0\nos: linux\nfiles:\n  - {source: site, destination: ${target}}\npermissions:\n  - object: ${target}\n    type: [file]\n    context: {type: httpd_sys_content_t}\n`,
        'site/a': '1',
      }),
    )
    expect(run.failure?.message).toMatch(/Install: cannot set the SELinux context: .*semanage.*not found/)
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('1')
  })
})

describe('hosts that are half dead', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = []
  afterEach(() => {
    for (const { server, sockets } of servers.splice(0)) {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  async function listen(onConnection: (socket: Socket) => void) {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      onConnection(socket)
    })
    servers.push({ server, sockets })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  const deployTo = (port: number) =>
    fleet.deploy(fleet.bundle({ 'appspec.yml': 'version: 0.0\nos: linux\n' }), {
      group: { hosts: [{ host: '127.0.0.1', port, user: 'nobody', password: 'x' }] },
    })

  test('one that takes the connection and says nothing is given up', async () => {
    const run = await deployTo(await listen(() => undefined))
    expect(run.failure?.message).toMatch(
      /cannot connect to nobody@127.0.0.1:\d+: Timed out while waiting for handshake/,
    )
  })

  test('one that speaks something else is given up', async () => {
    const run = await deployTo(await listen((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect(run.failure?.message).toMatch(/cannot connect to nobody@127.0.0.1:\d+: /)
  })
})

test('a connection that is cut after any number of bytes: the deployment still runs once, and whole', async () => {
  const sshd = fleet.sshds[0]
  if (sshd === undefined) throw new Error('no host')
  const counter = join(fleet.app(), 'count')
  for (const bytes of [1500, 2600, 4000, 9000, 33_000, 70_000, 150_000, 390_000]) {
    writeFileSync(counter, '')
    chmodSync(counter, 0o666)
    const cutter = await startCutter(sshd.port, bytes)
    const run = await fleet.deploy(
      fleet.bundle({
        'appspec.yml': spec(),
        'hook.sh': script(`echo run >> ${counter}; cksum < data | cut -d' ' -f2`),
        data: `${bytes}`.repeat(400_000 / `${bytes}`.length),
      }),
      {
        group: {
          hosts: [
            {
              host: '127.0.0.1',
              port: cutter.port,
              user: sshd.user,
              identityFile: sshd.privateKeyFile,
              root: fleet.root(),
            },
          ],
          knownHosts: sshd.knownHosts.replace(/:\d+/, `:${cutter.port}`),
        },
      },
    )
    await cutter.stop()
    expect(run.failure).toBeUndefined()
    expect(readFileSync(counter, 'utf8')).toBe('run\n')
    expect(run.log).toContain(`hook.sh | ${Math.floor(400_000 / `${bytes}`.length) * `${bytes}`.length}`)
  }
})
