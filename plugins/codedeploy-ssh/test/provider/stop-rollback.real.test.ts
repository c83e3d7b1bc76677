/** A stop of the execution is followed by a rollback where the group asks for it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { JobFailed } from '@penstock/core'
import type { GroupConfig } from '../../src/config.js'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(60_000)

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
