/** Deployments are objects: what each did on which host stays true, whatever came after it and wherever it ran. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { JobFailed, systemClock } from '@penstock/core'
import { openPluginState } from '@penstock/core/testkit'
import { DeploymentStore } from '../../src/deployment/deployment-store.js'
import { GroupHistory } from '../../src/deployment/history.js'
import { DeploymentRunner } from '../../src/deployment/runner.js'
import { DeploymentService } from '../../src/deployment/service.js'
import { legacyGroupIdOf } from '../../src/group/deployment-group.js'
import { connectionPool, sharedParts } from '../../src/provider.js'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(120_000)

let fleet: TestFleet
let service: DeploymentService
let runner: DeploymentRunner
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
let hosts: TestFleet
let installations = 0
const pool = connectionPool({})
beforeAll(async () => {
  hosts = await startFleet(3)
})
afterAll(async () => {
  pool.close()
  await hosts.stop()
})
/** Each test has an installation of its own, on the same hosts as they were at first. */
beforeEach(async () => {
  const own = join(hosts.folder, `installation${installations++}`)
  const dataFolder = join(own, 'data')
  const kept = await openPluginState(join(own, 'state'))
  for (const folder of [0, 1, 2].flatMap((host) => [hosts.app(host), hosts.root(host)]))
    for (const inside of readdirSync(folder)) rmSync(join(folder, inside), { recursive: true })
  const { state } = kept
  fleet = {
    ...hosts,
    state,
    dataFolder,
    deploy: (what, options) => hosts.deploy(what, { state, dataFolder, ...options }),
    stop: () => kept.close(),
  }
  const shared = sharedParts(fleet.config(group), state, dataFolder, pool)
  runner = new DeploymentRunner(shared, systemClock, quiet)
  service = new DeploymentService(shared, runner)
})
afterEach(() => fleet.stop())

const name = { applicationName: 'site', deploymentGroupName: 'production' }
const spec = `version: 0.0
os: linux
hooks:
  ValidateService:
    - location: v.sh
`
/** Fails on the hosts that are named by their place in the fleet. */
const bundle = (content: string, failing: readonly number[] = []) =>
  fleet.bundle({
    'appspec.yml': spec,
    content,
    'v.sh': script(
      `echo "this is ${content}"; case "$PWD" in ${failing.map((host) => `*root-${fleet.sshds[host]?.port}*) exit 3;;`).join(' ')} esac`,
    ),
  })
const group = { tags: { role: 'web' }, deploymentConfig: 'AllAtOnce' }

test('a deployment is kept with its hosts, their events and what they printed', async () => {
  const run = await fleet.deploy(bundle('one', [1]), { group })
  const id = run.result?.externalExecutionId ?? ''
  expect(await service.get(id)).toMatchObject({
    deploymentId: id,
    ...name,
    status: 'Succeeded',
    creator: 'pipeline',
    deploymentConfigName: 'AllAtOnce',
    hosts: 3,
    overview: { Pending: 0, InProgress: 0, Succeeded: 2, Failed: 1, Skipped: 0 },
    message: expect.stringMatching(/^2 of 3 hosts succeeded; failed: web2: ValidateService: Script/),
  })
  const hosts = await service.hosts(id)
  expect(hosts.map(({ host, status }) => `${host} ${status}`)).toEqual([
    'web1 Succeeded',
    'web2 Failed',
    'web3 Succeeded',
  ])
  const validate = hosts[1]?.events.find(({ name: event }) => event === 'ValidateService')
  expect(validate).toMatchObject({ status: 'Failed', message: expect.stringContaining('failed with exit code 3') })
  expect(await service.log(id, 'web2')).toMatch(/ValidateService v\.sh \| this is one\n/)
  expect((await service.list({})).map(({ deploymentId }) => deploymentId)).toEqual([id])
  const deployed = await service.deployedHosts({})
  expect(deployed.map(({ host, healthy, revision, wanted }) => [host, healthy, revision === wanted])).toEqual([
    ['web1', true, true],
    ['web2', false, false],
    ['web3', true, true],
  ])
})

test('a rollback is a deployment of its own: what failed stays on record, and each host says what was undone', async () => {
  const rolling = { ...group, deploymentConfig: 'OneAtATime', autoRollback: { enabled: true } }
  const good = await fleet.deploy(bundle('good'), { group: rolling })
  const shown: string[] = []
  const bad = await fleet.deploy(bundle('bad', [0]), {
    group: rolling,
    onTargets: (targets) => {
      shown.splice(
        0,
        shown.length,
        ...targets.map(
          ({ targetId, status, events }) => `${targetId} ${status} ${events.at(-1)?.name} ${events.at(-1)?.status}`,
        ),
      )
    },
  })
  expect(bad.failure?.message).toContain(`Rolled back to the revision of ${good.result?.externalExecutionId}`)
  const [rollback, failed] = await service.list({})
  expect(failed).toMatchObject({ status: 'Failed', rolledBackBy: rollback?.deploymentId })
  expect(failed?.deploymentId).toBe(bad.failure?.externalExecutionId)
  expect(rollback).toMatchObject({
    status: 'Succeeded',
    creator: 'codeDeployRollback',
    rollbackOf: failed?.deploymentId,
    restores: good.result?.externalExecutionId,
  })
  expect((await service.hosts(failed?.deploymentId ?? '')).map(({ host, status }) => `${host} ${status}`)).toEqual([
    'web1 Failed',
    'web2 Skipped',
    'web3 Skipped',
  ])
  expect(shown).toEqual([
    'web1 Failed Rollback Succeeded',
    'web2 Skipped Rollback Succeeded',
    'web3 Skipped Rollback Succeeded',
  ])
})

test('an automatic rollback brings back the last success, at whichever server it ran', async () => {
  const rolling = { ...group, autoRollback: { enabled: true } }
  const server = (letter: string) => ({ group: rolling, dataFolder: join(fleet.dataFolder, letter) })
  await fleet.deploy(bundle('one'), server('a'))
  const two = await fleet.deploy(bundle('two'), server('b'))
  const three = await fleet.deploy(bundle('three', [0, 1, 2]), server('a'))
  expect(three.failure?.message).toContain(`Rolled back to the revision of ${two.result?.externalExecutionId}`)
  const four = await fleet.deploy(bundle('four', [0, 1, 2]), server('c'))
  expect(four.failure?.message).toContain('Rolled back to the revision of')
  expect(four.log).toContain('| this is two')
})

test('a stop leaves a true record of the deployment, and of the rollback after it', async () => {
  const rolling = {
    ...group,
    hosts: ['web1'],
    autoRollback: { enabled: true, events: ['DEPLOYMENT_STOP_ON_REQUEST' as const] },
  }
  const { tags: _, ...own } = rolling
  await fleet.deploy(bundle('good'), { group: own })
  const stop = new AbortController()
  const begun = join(fleet.folder, 'app0/begun')
  const running = fleet.deploy(fleet.bundle({ 'appspec.yml': spec, 'v.sh': script(`touch ${begun}; sleep 300`) }), {
    group: own,
    signal: stop.signal,
  })
  await eventually('the hook runs', () => readdirSync(fleet.app()).includes('begun'))
  stop.abort(new JobFailed('the execution was stopped'))
  await running
  const [rollback, stopped] = await service.list({})
  expect(stopped).toMatchObject({ status: 'Stopped', rolledBackBy: rollback?.deploymentId })
  expect(rollback).toMatchObject({ status: 'Succeeded', creator: 'codeDeployRollback' })
})

test('what 0.1.0 kept in its folder is taken over: the group keeps its id, its hosts and its last success', async () => {
  const id = legacyGroupIdOf('site', 'production')
  const folder = join(fleet.dataFolder, 'groups', id)
  mkdirSync(join(folder, 'd-OLD000000'), { recursive: true })
  writeFileSync(join(folder, 'd-OLD000000', 'appspec.yml'), 'version: 0.0\nos: linux\n')
  writeFileSync(
    join(folder, 'history.json'),
    JSON.stringify({
      hosts: { web1: { healthy: false, deploymentId: 'd-OLD000000' } },
      lastSuccessful: {
        deploymentId: 'd-OLD000000',
        digest: 'f00',
        fileExistsBehavior: 'DISALLOW',
        folder: join(folder, 'd-OLD000000'),
      },
    }),
  )
  const rolling = { ...group, autoRollback: { enabled: true } }
  const run = await fleet.deploy(bundle('bad', [0, 1, 2]), { group: rolling })
  expect(run.failure?.message).toContain('Rolled back to the revision of d-OLD000000')
  expect(readdirSync(fleet.root())).toContain(id)
})

test('two installations that deploy the same group to a host are told apart, and warned', async () => {
  const first = await fleet.deploy(bundle('one'), { group })
  expect(first.log).not.toContain('another Penstock')
  const other = await openPluginState(join(fleet.folder, 'other-state'))
  try {
    const ours = await GroupHistory.open(fleet.state, name, fleet.dataFolder)
    const theirs = await GroupHistory.open(other.state, name, join(fleet.folder, 'other-data'))
    expect(theirs.groupId).not.toBe(ours.groupId)
    const second = await fleet.deploy(bundle('two'), {
      group,
      state: other.state,
      dataFolder: join(fleet.folder, 'other-data'),
    })
    expect(second.outcome).toBe('succeeded')
    expect(second.log).toContain('WARNING: another Penstock deploys site/production to this host, too')
    expect(readFileSync(join(fleet.root(), ours.groupId, 'owner'), 'utf8')).toMatch(
      /^site\/production [0-9a-f-]{36}\n$/,
    )
  } finally {
    await other.close()
  }
})

test('records are kept as long as the group says, and those of what runs stay', async () => {
  for (const content of ['1', '2', '3'])
    await fleet.deploy(bundle(content), { group: { ...group, keepDeployments: 2 } })
  expect(await service.list({})).toHaveLength(2)
  const store = new DeploymentStore(fleet.state)
  const [newest] = await service.list({})
  expect(await store.hosts(newest?.deploymentId ?? '')).toHaveLength(3)
  expect(await fleet.state.list({ prefix: 'targets/', limit: 1000 })).toHaveLength(6)
  expect(await service.list({ applicationName: 'other' })).toEqual([])
})

const over = (id: string) =>
  eventually(`${id} is over`, async () => (await service.get(id))?.completeTime !== undefined)

test('the hosts that failed are deployed to again, and nobody else is', async () => {
  const flag = join(fleet.folder, 'app1/mended')
  const first = await fleet.deploy(
    fleet.bundle({
      'appspec.yml': spec,
      'v.sh': script(`case "$PWD" in *root-${fleet.sshds[1]?.port}*) [ -e ${flag} ];; esac`),
    }),
    { group: { ...group, deploymentConfig: 'HOST_COUNT=2' } },
  )
  const failedId = first.failure?.externalExecutionId ?? first.result?.externalExecutionId ?? ''
  writeFileSync(flag, '')
  const id = await service.begin('retry', failedId, 'ada')
  await over(id)
  expect(await service.get(id)).toMatchObject({
    status: 'Succeeded',
    creator: 'user',
    createdBy: 'ada',
    repeats: failedId,
    only: (await service.hosts(failedId)).filter(({ status }) => status !== 'Succeeded').map(({ host }) => host),
  })
  expect(
    (await service.deployedHosts({})).every(({ healthy, revision, wanted }) => healthy && revision === wanted),
  ).toBe(true)
  await expect(service.begin('retry', id, 'ada')).rejects.toThrow(`no host of deployment ${id} failed`)
})

test('an older revision is deployed again, to all', async () => {
  const one = await fleet.deploy(bundle('one'), { group })
  await fleet.deploy(bundle('two'), { group })
  const id = await service.begin('redeploy', one.result?.externalExecutionId ?? '', 'ada')
  await over(id)
  expect(await service.get(id)).toMatchObject({ status: 'Succeeded', overview: { Succeeded: 3 } })
  expect(await service.log(id, 'web1')).toContain('| this is one')
  expect((await service.deployedHosts({})).map(({ deploymentId }) => deploymentId)).toEqual([id, id, id])
})

test('one that was begun by hand is stopped from any server, and one that a server left behind is taken up by its next start', async () => {
  const slow = await fleet.deploy(
    fleet.bundle({
      'appspec.yml': spec,
      'v.sh': script(`[ ! -e ${fleet.app()}/slow ] || { touch ${fleet.app()}/begun; sleep 30; }`),
    }),
    { group },
  )
  const of = slow.result?.externalExecutionId ?? ''
  writeFileSync(join(fleet.app(), 'slow'), '')
  const stopped = await service.begin('redeploy', of, 'ada')
  await eventually('it runs', () => readdirSync(fleet.app()).includes('begun'))
  const elsewhere = sharedParts(fleet.config(group), fleet.state, join(fleet.dataFolder, 'elsewhere'), pool)
  await new DeploymentRunner(elsewhere, systemClock, quiet).stop(stopped, 'grace')
  await over(stopped)
  expect((await service.get(stopped))?.status).toBe('Stopped')
  expect(await fleet.state.list({ prefix: 'stops/' })).toEqual([])
  await eventually('it is forgotten', async () => (await fleet.state.list({ prefix: 'open/' })).length === 0)
  rmSync(join(fleet.app(), 'slow'))
  // As a server that was killed leaves it: known, and run by nobody.
  await fleet.state.put('open/d-LEFT00000', {
    deploymentId: 'd-LEFT00000',
    server: readFileSync(join(fleet.dataFolder, 'server-id'), 'utf8'),
    of,
    kind: 'redeploy',
    by: 'ada',
  })
  await runner.resume()
  await over('d-LEFT00000')
  expect((await service.get('d-LEFT00000'))?.status).toBe('Succeeded')
})

test('files that somebody changed by hand are found', async () => {
  const files = { 'site/a b': '1', 'site/c': '2', 'site/d': '3', 'site/link': { link: 'c' } }
  await fleet.deploy(
    fleet.bundle({
      'appspec.yml': `version: 0.0\nos: linux\nfile_exists_behavior: RETAIN\nfiles:\n  - source: site\n    destination: ${fleet.app()}/www\n`,
      ...files,
    }),
    { group: { hosts: ['web1'] } },
  )
  const found = async () => (await service.checkDeployedHosts({}))[0]
  expect((await found())?.drift).toMatchObject({ total: 0, changed: [] })
  writeFileSync(join(fleet.app(), 'www/a b'), 'by hand')
  rmSync(join(fleet.app(), 'www/c'))
  writeFileSync(join(fleet.app(), 'www/own'), 'nobody deployed this')
  expect((await found())?.drift).toMatchObject({
    total: 2,
    changed: [`changed ${fleet.app()}/www/a b`, `missing ${fleet.app()}/www/c`],
  })
  expect((await service.deployedHosts({}))[0]?.drift?.total).toBe(2)
})
