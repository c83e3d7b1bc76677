/** Groups that the action describes itself; mistakes; the dry run. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runAction } from '@penstock/core/testkit'
import { codeDeploy, connectionPool, sharedParts } from '../../src/provider.js'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'

jest.setTimeout(180_000)

let fleet: TestFleet
beforeAll(async () => {
  fleet = await startFleet(1)
})
const pool = connectionPool({})
afterAll(() => {
  pool.close()
  return fleet.stop()
})

function inline(bundle: string, properties: Readonly<Record<string, string>> = {}) {
  const sshd = fleet.sshds[0]
  const shared = sharedParts({}, fleet.state, join(fleet.folder, 'inline'), pool)
  const provider = codeDeploy(shared, () => 'https://ci.example.com/log')
  return runAction(provider, {
    configuration: {
      ApplicationName: 'my app',
      DeploymentGroupName: "it's",
      Hosts: `${sshd?.user}@127.0.0.1:${sshd?.port}`,
      IdentityFile: sshd?.privateKeyFile ?? '',
      KnownHosts: sshd?.knownHosts ?? '',
      DeploymentRoot: join(fleet.folder, 'root-%p'),
      ...properties,
    },
    inputs: { Built: bundle },
  })
}

const spec = () => `version: 0.0
os: linux
files:
  - source: site
    destination: ${fleet.app()}
hooks:
  AfterInstall:
    - location: env.sh
`
const files = () => ({
  'appspec.yaml': spec(),
  'site/index': 'x',
  'env.sh': script('echo "$APPLICATION_NAME/$DEPLOYMENT_GROUP_NAME"'),
})

test('a dry run says what would be done, and does nothing', async () => {
  const run = await inline(fleet.bundle(files()), { DryRun: 'true' })
  expect(run).toMatchObject({ outcome: 'succeeded', result: { summary: 'Dry run: 1 hosts' } })
  expect(run.log).toContain(`copy site/index -> ${fleet.app()}/index`)
  expect(run.log).toContain('AfterInstall: env.sh (3600 s)')
  expect(run.log).toMatch(/would send \d+ bytes/)
  expect(readdirSync(fleet.app())).toEqual([])
  expect(readdirSync(fleet.root())).toEqual([])
})

test('everything in the action, with appspec.yaml', async () => {
  const run = await inline(fleet.bundle(files()))
  const link = { externalExecutionUrl: 'https://ci.example.com/log' }
  expect(run).toMatchObject({ outcome: 'succeeded', result: link })
  expect(run.progress[0]).toEqual(link)
  expect(run.log).toContain("env.sh | my app/it's")
  expect(readdirSync(fleet.app())).toEqual(['index'])
})

test('all problems of an AppSpec file, before any host is touched', async () => {
  const run = await inline(
    fleet.bundle({ 'appspec.yml': 'version: 1\nos: mac\nfiles:\n  - {source: none, destination: x}\n' }),
  )
  expect(run.failure).toMatchObject({ type: 'ConfigurationError' })
  expect(run.failure?.message).toMatch(
    /appspec\.yml has 3 problems:\n- version: .*\n- os: .*\n- files\[0\]\.destination: /,
  )
  expect(run.checkpoints).toEqual([])
})

test('a bundle without an AppSpec file says what it holds instead', async () => {
  const run = await inline(fleet.bundle({ 'index.html': '', 'app/appspec.yml': '' }))
  expect(run.failure?.message).toContain('no appspec.yml in its root, which holds: app, index.html')
})

test('what the login may not write to is named', async () => {
  const run = await inline(fleet.bundle(files()), { DeploymentRoot: '/proc/nothing' })
  expect(run.failure?.message).toContain('cannot write to /proc/nothing/')
})

test('a destination that the login may not write to fails Install, with the reason', async () => {
  const run = await inline(
    fleet.bundle({
      'appspec.yml': 'version: 0.0\nos: linux\nfiles:\n  - {source: x, destination: /proc/nothing}\n',
      x: '1',
    }),
  )
  expect(run.failure?.message).toMatch(/Install: cannot make a directory: .*\/proc\/nothing/)
})

test('a password that is wrong appears nowhere', async () => {
  const run = await inline(fleet.bundle(files()), { IdentityFile: '/nonexistent', Password: 'hunter2secret' })
  expect(run.outcome).toBe('failed')
  expect(`${run.log}${run.failure?.message}`).not.toContain('hunter2secret')
})

test('this machine, without SSH', async () => {
  const run = await inline(fleet.bundle({ 'appspec.yml': 'version: 0.0\nos: linux\n' }), {
    Hosts: 'local',
    DeploymentRoot: join(fleet.folder, 'local-root'),
  })
  expect(run).toMatchObject({ outcome: 'succeeded', result: { summary: '1 of 1 hosts succeeded' } })
  expect(run.log).toContain('[local] Succeeded')
})
