/** A stop of the execution is followed by a rollback where the group asks for it. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { JobFailed, systemClock } from '@penstock/core'
import { FakeClock } from '@penstock/core/testkit'
import type { GroupConfig } from '../../src/config.js'
import { DeploymentStore } from '../../src/deployment/deployment-store.js'
import { DeploymentRunner } from '../../src/deployment/runner.js'
import { DeploymentService } from '../../src/deployment/service.js'
import { sharedParts } from '../../src/provider.js'
import { script } from '../support/bundle.js'
import { startDeploying } from '../support/deploying-process.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

let fleet: TestFleet
beforeEach(async () => {
  fleet = await startFleet(1)
})
afterEach(() => fleet.stop())

const spec = () =>
  `version: 0.0\nos: linux\nfiles:\n  - {source: site, destination: ${fleet.app()}}\nhooks:\n  ApplicationStart:\n    - location: start.sh\n`

/** Deploys a good revision, then a bad one that is ended while it starts. */
async function stopped(events: NonNullable<GroupConfig['autoRollback']>['events'] & object, reason: Error) {
  const group = { deploymentConfig: 'AllAtOnce', autoRollback: { enabled: true, events } }
  const good = { 'appspec.yml': spec(), 'site/index': 'good', 'start.sh': script('true') }
  const first = await fleet.deploy(fleet.bundle(good), { group })
  expect(first.outcome).toBe('succeeded')
  const stop = new AbortController()
  const begun = join(fleet.folder, 'app0/begun')
  const bad = { ...good, 'site/index': 'bad', 'start.sh': script(`touch ${begun}; sleep 300`) }
  const running = fleet.deploy(fleet.bundle(bad), { group, signal: stop.signal })
  await eventually('the hook runs', () => existsSync(begun))
  stop.abort(reason)
  return { first, run: await running, index: () => readFileSync(join(fleet.app(), 'index'), 'utf8') }
}

test('DEPLOYMENT_STOP_ON_REQUEST: a stopped execution brings the last successful revision back', async () => {
  const { first, run, index } = await stopped(
    ['DEPLOYMENT_STOP_ON_REQUEST'],
    new JobFailed('the execution was stopped'),
  )
  expect(run.outcome).toBe('failed')
  expect(run.failure?.message).toContain(`Rolled back to the revision of ${first.result?.externalExecutionId}`)
  expect(index()).toBe('good')
})

test.each([
  ['the group names failures only', ['DEPLOYMENT_FAILURE'] as const, 'the execution was stopped'],
  [
    'another worker has the job',
    ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST'] as const,
    'the job was given to another worker, or has ended',
  ],
])('nothing is rolled back when %s', async (_, events, reason) => {
  const { run, index } = await stopped(events, new JobFailed(reason))
  expect(run.failure?.message).not.toContain('olled back')
  expect(index()).toBe('bad')
})

test('a rollback whose server is killed is brought to its end by the next start, and the action shows it', async () => {
  const group = {
    deploymentConfig: 'AllAtOnce',
    autoRollback: { enabled: true, events: ['DEPLOYMENT_STOP_ON_REQUEST' as const] },
  }
  const [begun, hold, back] = ['begun', 'hold', 'back'].map((name) => join(fleet.app(), name)) as [
    string,
    string,
    string,
  ]
  const good = {
    'appspec.yml': spec(),
    'site/index': 'good',
    'start.sh': script(`[ ! -e ${hold} ] || { touch ${back}; while [ -e ${hold} ]; do sleep 0.1; done; }`),
  }
  await fleet.deploy(fleet.bundle(good), { group })
  const bad = { ...good, 'site/index': 'bad', 'start.sh': script(`touch ${hold} ${begun}; sleep 300`) }
  const server = startDeploying({
    config: fleet.config(group),
    dataFolder: fleet.dataFolder,
    bundle: fleet.bundle(bad),
    checkpointFile: join(fleet.folder, 'checkpoint'),
    stopFile: begun,
  })
  await eventually('the rollback is on the host', () => existsSync(back))
  await server.kill()
  rmSync(hold)
  const store = new DeploymentStore(fleet.state)
  const [rollback, stopped] = await store.list()
  expect([stopped?.status, rollback?.status]).toEqual(['Stopped', 'InProgress'])
  const shared = sharedParts(fleet.config(group), fleet.state, fleet.dataFolder)
  const runner = new DeploymentRunner(shared, systemClock, { debug() {}, info() {}, warn() {}, error() {} })
  await runner.resume()
  await eventually('it is over', async () => (await fleet.state.list({ prefix: 'open/' })).length === 0)
  expect((await store.find(rollback?.deploymentId ?? ''))?.status).toBe('Succeeded')
  expect(readFileSync(join(fleet.app(), 'index'), 'utf8')).toBe('good')
  const targets = await new DeploymentService(shared, runner).targetsOf(stopped?.actionExecutionId ?? '')
  expect(targets).toMatchObject([{ targetId: 'web1', status: 'Failed' }])
  expect(targets?.[0]?.events.at(-1)).toMatchObject({ name: 'Rollback', status: 'Succeeded' })
  expect(await fleet.state.list({ prefix: 'leases/' })).toEqual([])
  shared.pool.close()
})

test('what a server that never came back had begun is ended by another one, and rolled back', async () => {
  const group = {
    deploymentConfig: 'AllAtOnce',
    autoRollback: { enabled: true, events: ['DEPLOYMENT_STOP_ON_REQUEST' as const] },
  }
  const begun = join(fleet.app(), 'begun')
  const good = { 'appspec.yml': spec(), 'site/index': 'good', 'start.sh': script('true') }
  await fleet.deploy(fleet.bundle(good), { group })
  const bad = { ...good, 'site/index': 'bad', 'start.sh': script(`touch ${begun}; sleep 300`) }
  const server = startDeploying({
    config: fleet.config(group),
    dataFolder: fleet.dataFolder,
    bundle: fleet.bundle(bad),
    checkpointFile: join(fleet.folder, 'checkpoint'),
  })
  await eventually('the hook runs', () => existsSync(begun))
  await server.kill()
  const clock = new FakeClock(systemClock.now())
  const elsewhere = join(fleet.folder, 'elsewhere')
  const shared = sharedParts(fleet.config(group), fleet.state, elsewhere, undefined, undefined, clock)
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const runner = new DeploymentRunner(shared, clock, { debug: say, info: say, warn: say, error: say })
  await runner.adopt()
  expect(await fleet.state.list({ prefix: 'open/' })).toMatchObject([{ value: { kind: 'job' } }])
  await clock.advance(120_000)
  await runner.adopt()
  await eventually('it is over', async () => {
    // Not much faster than the host, whose answers have time limits by the same clock.
    await clock.advance(100)
    return (await fleet.state.list({ prefix: 'open/' })).length === 0
  })
  const [rollback, lost] = await new DeploymentStore(fleet.state).list()
  expect(said.join('\n')).toContain('is taken over: the server that ran it was lost')
  expect(lost).toMatchObject({ status: 'Stopped', rolledBackBy: rollback?.deploymentId })
  expect(rollback).toMatchObject({ status: 'Succeeded', rollbackOf: lost?.deploymentId })
  expect(readFileSync(join(fleet.app(), 'index'), 'utf8')).toBe('good')
  shared.pool.close()
})
