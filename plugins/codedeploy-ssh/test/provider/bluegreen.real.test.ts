/** Blue/green on one host, as the example does it: a link, two ports, a real nginx in front, and no failed request. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort, startTethered, type Tethered } from '@penstock/core/testkit'
import { parse } from 'yaml'
import type { GroupConfig } from '../../src/config.js'
import { DeploymentStore } from '../../src/deployment/deployment-store.js'
import { type Content, script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { asker, startLoad } from '../support/load.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

const example = join(__dirname, '../../examples/blue-green')
let fleet: TestFleet
let nginx: Tethered
let front: number
let ports: [number, number]
let link: string

/** A file of the example, with this test's places in it. */
const read = (name: string) =>
  readFileSync(join(example, name), 'utf8')
    .replaceAll('/srv/app', fleet.app())
    .replaceAll('127.0.0.1:80', `127.0.0.1:${front}`)
    .replace(/^node /m, `${process.execPath} `)

beforeAll(async () => {
  fleet = await startFleet(1)
  front = await freePort()
  ports = [await freePort(), await freePort()]
  link = join(fleet.app(), 'current')
  const folder = join(fleet.folder, 'nginx')
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/pid;
error_log ${folder}/error;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
${read('nginx.conf')}
}
`,
  )
  nginx = startTethered(['nginx', '-c', join(folder, 'nginx.conf')], { log: join(folder, 'log'), cwd: '/' })
  await eventually('nginx listens', () => existsSync(join(folder, 'pid')))
})
afterAll(async () => {
  await nginx.stop()
  await fleet.deploy(bundle('none', { 'start.sh': script('true') }), { group: group() }).catch(() => undefined)
  await fleet.stop()
})

function bundle(version: string, more: Readonly<Record<string, Content>> = {}): string {
  return fleet.bundle({
    'appspec.yml': read('appspec.yml'),
    'start.sh': { text: read('start.sh'), mode: 0o755 },
    'stop.sh': { text: read('stop.sh'), mode: 0o755 },
    'app/app.js': read('app/app.js'),
    'app/version': version,
    ...more,
  })
}

/** The example's group, with this test's ports. */
function group(more: Partial<GroupConfig> = {}): Partial<GroupConfig> {
  const { production } = parse(read('penstock.yaml')).plugins['codedeploy-ssh'].applications.app.groups
  return { ...production, blueGreen: { ...production.blueGreen, ports }, ...more }
}

const deploy = (path: string, more?: Partial<GroupConfig>) => fleet.deploy(path, { group: group(more) })
const live = () => readFileSync(join(link, 'version'), 'utf8')
const ask = () => asker(front)()
const takesConnections = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

test('a release is started beside the one that is live, and takes over: no request fails', async () => {
  const first = await deploy(bundle('v1'))
  expect(first.failure?.message).toBeUndefined()
  expect(await ask()).toBe('200 v1')
  expect(await Promise.all(ports.map(takesConnections))).toEqual([true, false])
  const stop = startLoad(front)
  expect((await deploy(bundle('v2'))).outcome).toBe('succeeded')
  expect(Object.keys(await stop()).sort()).toEqual(['200 v1', '200 v2'])
  expect(await ask()).toBe('200 v2')
  expect(await Promise.all(ports.map(takesConnections))).toEqual([false, true])
  const [newest] = await new DeploymentStore(fleet.state).list()
  expect(readlinkSync(link)).toBe(join(fleet.app(), 'releases', newest?.deploymentId ?? ''))
  const [host] = await new DeploymentStore(fleet.state).hosts(newest?.deploymentId ?? '')
  expect(host?.events.map(({ name }) => name)).toEqual([
    'DownloadBundle',
    'BeforeInstall',
    'Install',
    'AfterInstall',
    'ApplicationStart',
    'ValidateService',
    'HealthCheck',
    'BeforeAllowTraffic',
    'AllowTraffic',
    'AfterAllowTraffic',
    'BeforeBlockTraffic',
    'AfterBlockTraffic',
    'ApplicationStop',
  ])
})

test('a release that is not well never takes over, and is stopped', async () => {
  const run = await deploy(bundle('v3'), { healthChecks: [{ http: 'http://%h:%p/', text: 'never', within: 3 }] })
  expect(run.failure?.message).toMatch(
    new RegExp(`HealthCheck: GET http://127\\.0\\.0\\.1:${ports[0]}/ has not passed within 3 s: `),
  )
  expect(live()).toBe('v2')
  expect(await ask()).toBe('200 v2')
  expect(await Promise.all(ports.map(takesConnections))).toEqual([false, true])
})

test('what fails after the link has moved is rolled back by the link, and handed over back', async () => {
  const said = join(fleet.app(), 'said')
  const appspec = `${read('appspec.yml')}  AfterAllowTraffic:\n    - location: after.sh\n`
  const stop = startLoad(front)
  const run = await deploy(
    bundle('v4', { 'appspec.yml': appspec, 'after.sh': script(`[ "$(cat $LINK/version)" = v4 ] && exit 7`) }),
    { blueGreen: { link, ports, handover: `echo "$COLOR $PORT" >>${said}; echo told` } },
  )
  expect(Object.keys(await stop()).every((answer) => /^200 v[24]$/.test(answer))).toBe(true)
  expect(run.failure?.message).toContain(
    'AfterAllowTraffic: Script at specified location: after.sh failed with exit code 7',
  )
  expect(run.log).toMatch(/rolled back by the link: d-\w+ is live again/)
  expect(readFileSync(said, 'utf8')).toBe(`blue ${ports[0]}\ngreen ${ports[1]}\n`)
  expect(live()).toBe('v2')
  expect(await Promise.all(ports.map(takesConnections))).toEqual([false, true])
})

test('a stop in the middle leaves the live release as it is', async () => {
  const begun = join(fleet.app(), 'begun')
  const stop = new AbortController()
  const ended = join(fleet.app(), 'ended')
  const scripts = {
    'start.sh': script(`touch ${begun}; sleep 300`),
    'stop.sh': script(`sleep 1; basename $RELEASE >${ended}`),
  }
  const running = fleet.deploy(bundle('v5', scripts), { group: group(), signal: stop.signal })
  await eventually('it starts', () => existsSync(begun))
  stop.abort(new Error('the execution was stopped'))
  expect((await running).outcome).toBe('failed')
  expect(await ask()).toBe('200 v2')
  // Its own ApplicationStop ran to its end; the host has the revision that it had.
  const [stopped] = await new DeploymentStore(fleet.state).list()
  expect(readFileSync(ended, 'utf8')).toBe(`${stopped?.deploymentId}\n`)
  const [host] = (await fleet.state.list({ prefix: 'hosts/' })).map(({ value }) => value as { digest?: string })
  expect(host?.digest).toMatch(/^[0-9a-f]{64}$/)
})

test('old releases go, files that somebody changed are found, and files beside the link are refused', async () => {
  for (const version of ['v6', 'v7', 'v8']) expect((await deploy(bundle(version))).outcome).toBe('succeeded')
  expect(readdirSync(join(fleet.app(), 'releases'))).toHaveLength(3)
  expect(await ask()).toBe('200 v8')
  const beside = read('appspec.yml').replace(join(fleet.app(), 'current'), join(fleet.app(), 'etc'))
  const refused = await deploy(bundle('v9', { 'appspec.yml': beside }))
  expect(refused.failure?.message).toMatch(/appspec\.yml.*files\[0\]\.destination.* is not in \S+\/current/)
})

test('a link whose place is taken is told of, and nothing is changed', async () => {
  const taken = join(fleet.app(), 'taken')
  mkdirSync(taken)
  chmodSync(taken, 0o777)
  const run = await deploy(
    bundle('v10', { 'appspec.yml': read('appspec.yml').replace(join(fleet.app(), 'current'), taken) }),
    { blueGreen: { link: taken, ports } },
  )
  expect(run.failure?.message).toContain(`Install: ${taken} is there and is no link`)
})
