/** A server that is killed in each lifecycle event: the next one takes the run up, and nothing runs twice. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { script } from '../support/bundle.js'
import { startDeploying } from '../support/deploying-process.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(60_000)

const SCRIPTED = ['ApplicationStop', 'BeforeInstall', 'AfterInstall', 'ApplicationStart', 'ValidateService']
const EVENTS = ['ApplicationStop', 'DownloadBundle', 'BeforeInstall', 'Install', ...SCRIPTED.slice(2)]

let fleet: TestFleet
beforeEach(async () => {
  fleet = await startFleet(1)
})
afterEach(async () => {
  writeFileSync(join(fleet.app(), 'go'), '')
  await fleet.stop()
})

const group = { hosts: ['web1'], fileExistsBehavior: 'OVERWRITE' as const }

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
const linesOf = (name: string) => read(join(fleet.app(), name)).split('\n').slice(0, -1)

/** Every event writes its name into `name`; one of them waits until it may go on. Many files make Install last. */
function bundle(name: string, waits = ''): string {
  const hooks = SCRIPTED.map((event) => `  ${event}:\n    - location: hook.sh\n      timeout: 60\n`).join('')
  const files = Array.from({ length: 400 }, (_, index) => [`site/part${index}/file`, name])
  return fleet.bundle({
    'appspec.yml': `version: 0.0\nos: linux\nfiles:\n  - source: site\n    destination: ${fleet.app()}/site\nhooks:\n${hooks}`,
    'hook.sh': script(
      `cd ${fleet.app()}; echo $LIFECYCLE_EVENT >> ${name}
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

test.each(EVENTS)('killed in %s', async (event) => {
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
})
