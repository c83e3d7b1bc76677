/** A hundred hosts: in the long form only. */
import { systemClock } from '@penstock/core'
import { DeploymentStore } from '../../src/deployment/deployment-store.js'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'

jest.setTimeout(900_000)

const long = process.env.PENSTOCK_LONG === '1' ? test : test.skip
const SIZE = 100

let fleet: TestFleet | undefined
afterAll(() => fleet?.stop())

long('a hundred hosts, seven of which fail alike: readable, and each on record', async () => {
  fleet = await startFleet(SIZE)
  const failing = fleet.sshds.slice(0, 7).map(({ port }) => `*root-${port}*) exit 5;;`)
  const bundle = fleet.bundle({
    'appspec.yml': 'version: 0.0\nos: linux\nhooks:\n  ValidateService:\n    - location: v.sh\n',
    'v.sh': script(`echo validating; case "$PWD" in ${failing.join(' ')} esac`),
  })
  const begun = systemClock.now()
  const run = await fleet.deploy(bundle, { group: { tags: { role: 'web' }, deploymentConfig: 'FLEET_PERCENT=60' } })
  process.stdout.write(`${SIZE} hosts: ${Math.round((systemClock.now() - begun) / 1000)} s\n`)
  expect(run.outcome).toBe('succeeded')
  expect(run.result?.summary).toMatch(
    /^93 of 100 hosts succeeded; failed: web\d+(, web\d+){6}: ValidateService: Script at specified location: v\.sh failed with exit code 5$/,
  )
  const store = new DeploymentStore(fleet.state)
  const [deployment] = await store.list()
  expect(deployment?.overview).toEqual({ Pending: 0, InProgress: 0, Succeeded: 93, Failed: 7, Skipped: 0 })
  const hosts = await store.hosts(deployment?.deploymentId ?? '')
  expect(hosts).toHaveLength(SIZE)
  expect(await store.log(deployment?.deploymentId ?? '', 'web50')).toContain('ValidateService v.sh | validating')
})
