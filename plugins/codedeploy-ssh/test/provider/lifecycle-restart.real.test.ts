/**
 * A server that is killed, and a connection that is cut, in each lifecycle event: the run is taken up, nothing runs twice, and
 * the record says what was. A process for each event costs much: three of them stand for all in the short form.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeploymentStore } from '../../src/deployment/deployment-store.js'
import { script } from '../support/bundle.js'
import { startCutter } from '../support/cutter.js'
import { startDeploying } from '../support/deploying-process.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

const SCRIPTED = ['ApplicationStop', 'BeforeInstall', 'AfterInstall', 'ApplicationStart', 'ValidateService']
const EVENTS = ['ApplicationStop', 'DownloadBundle', 'BeforeInstall', 'Install', ...SCRIPTED.slice(2)]

const KILLED = process.env.PENSTOCK_LONG === '1' ? EVENTS : ['ApplicationStop', 'Install', 'ApplicationStart']

let fleet: TestFleet
beforeAll(async () => {
  fleet = await startFleet(1)
})
afterAll(() => fleet.stop())
afterEach(() => {
  rmSync(join(fleet.folder, 'checkpoint'), { force: true })
  for (const folder of [fleet.app(), fleet.root()])
    for (const inside of readdirSync(folder)) rmSync(join(folder, inside), { recursive: true })
})

const group = { hosts: ['web1'], fileExistsBehavior: 'OVERWRITE' as const }

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
const linesOf = (name: string) => read(join(fleet.app(), name)).split('\n').slice(0, -1)

/** Every event writes its name into `name`; one of them waits until it may go on. Many files make Install last. */
function bundle(name: string, waits = '', pause = ':'): string {
  const hooks = SCRIPTED.map((event) => `  ${event}:\n    - location: hook.sh\n      timeout: 60\n`).join('')
  const files = Array.from({ length: 400 }, (_, index) => [`site/part${index}/file`, name])
  return fleet.bundle({
    'appspec.yml': `version: 0.0\nos: linux\nfiles:\n  - source: site\n    destination: ${fleet.app()}/site\nhooks:\n${hooks}`,
    'hook.sh': script(
      `cd ${fleet.app()}; echo $LIFECYCLE_EVENT >> ${name}; ${pause}
[ "$LIFECYCLE_EVENT" != '${waits}' ] || while [ ! -e go ]; do sleep 0.05; done`,
    ),
    ...Object.fromEntries(files),
  })
}

/** What the run of a deployment recorded on the host. */
function records(id: string): string {
  const [groupId = ''] = readdirSync(fleet.root()).filter((name) => !name.startsWith('deployment-'))
  return read(join(fleet.root(), groupId, id, 'run/stream'))
}

/** What is kept of a deployment: its end, and its events with how each ended. */
async function kept(id = '') {
  const store = new DeploymentStore(fleet.state)
  const [host] = await store.hosts(id)
  return {
    status: (await store.find(id))?.status,
    events: host?.events.map(({ name, status }) => `${name} ${status}`),
  }
}
const whole = { status: 'Succeeded', events: EVENTS.map((event) => `${event} Succeeded`) }

test.each(KILLED)('the server is killed in %s', async (event) => {
  // ApplicationStop is the installed revision's: that one waits in it, when the second comes.
  const stops = event === 'ApplicationStop'
  const first = await fleet.deploy(bundle('first', stops ? event : ''), { group })
  expect(first.outcome).toBe('succeeded')
  const second = bundle('second', stops ? '' : event)
  const server = startDeploying({
    config: fleet.config(group),
    dataFolder: join(fleet.folder, 'data'),
    bundle: second,
    checkpointFile: join(fleet.folder, 'checkpoint'),
  })
  const id = () => (server.checkpoint() as { id: string } | undefined)?.id
  await eventually(`${event} begins`, () => records(id() ?? '-').includes(`E\t${event}\tInProgress`))
  const checkpoint = server.checkpoint()
  await server.kill()
  writeFileSync(join(fleet.app(), 'go'), '')
  const run = await fleet.deploy(second, {
    group,
    checkpoint,
    job: { actionExecutionId: 'the-same-after-a-restart' },
  })
  expect(run.failure).toBeUndefined()
  expect(run.result?.externalExecutionId).toBe(id())
  // The first deployment had nothing to stop: its script is what the second one begins with.
  expect(linesOf('first')).toEqual([...SCRIPTED.slice(1), 'ApplicationStop'])
  expect(linesOf('second')).toEqual(SCRIPTED.slice(1))
  expect(read(join(fleet.app(), 'site/part399/file'))).toBe('second')
  expect(await kept(id())).toEqual(whole)
})

test('the connection is cut in every event', async () => {
  const [sshd] = fleet.sshds
  if (sshd === undefined) throw new Error('no host')
  const cutter = await startCutter(sshd.port)
  const { user, privateKeyFile: identityFile, knownHosts } = sshd
  const host = { host: '127.0.0.1', port: cutter.port, user, identityFile, root: fleet.root() }
  const behind = { ...group, hosts: [host], knownHosts: knownHosts.replace(/:\d+/, `:${cutter.port}`) }
  try {
    const untilTold = 'while [ ! -e go-$LIFECYCLE_EVENT ]; do sleep 0.05; done'
    await fleet.deploy(bundle('first', '', `[ $LIFECYCLE_EVENT != ApplicationStop ] || ${untilTold}`), {
      group: behind,
    })
    let checkpoint: { readonly id: string } | undefined
    const running = fleet.deploy(bundle('second', '', untilTold), {
      group: behind,
      onCheckpoint: (data) => {
        checkpoint = data as { readonly id: string }
      },
    })
    for (const event of EVENTS) {
      await eventually(`${event} begins`, () => records(checkpoint?.id ?? '-').includes(`E\t${event}\tInProgress`))
      if (SCRIPTED.includes(event)) await eventually('the server is back', () => cutter.open > 0)
      cutter.cut()
      if (!SCRIPTED.includes(event)) continue
      await eventually('the server is back', () => cutter.open > 0)
      writeFileSync(join(fleet.app(), `go-${event}`), '')
    }
    const run = await running
    expect(run.failure).toBeUndefined()
    expect(run.log).toContain('was lost; trying again')
    expect(linesOf('first')).toEqual([...SCRIPTED.slice(1), 'ApplicationStop'])
    expect(linesOf('second')).toEqual(SCRIPTED.slice(1))
    expect(await kept(checkpoint?.id)).toEqual(whole)
  } finally {
    await cutter.stop()
  }
})
