/** A real HAProxy in front of a fleet: hosts are deployed to one at a time, and no request fails. Checks and alarms. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort, startTethered, type Tethered } from '@penstock/core/testkit'
import { DeploymentStore } from '../../src/deployment/deployment-store.js'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

const SIZE = process.env.PENSTOCK_LONG === '1' ? 8 : 3

let fleet: TestFleet
let haproxy: Tethered
let front: number
let socket: string

beforeAll(async () => {
  fleet = await startFleet(SIZE)
  const ports = await Promise.all(fleet.sshds.map(() => freePort()))
  front = await freePort()
  socket = join(fleet.folder, 'haproxy.sock')
  // Which port the application of each host has; hosts know themselves by their deployment root.
  writeFileSync(
    join(fleet.folder, 'ports'),
    fleet.sshds.map((sshd, index) => `${sshd.port} ${ports[index]}\n`).join(''),
  )
  const servers = ports.map((port, index) => `  server web${index + 1} 127.0.0.1:${port} check inter 100 rise 1 fall 1`)
  writeFileSync(
    join(fleet.folder, 'haproxy.cfg'),
    `global
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend front
  bind 127.0.0.1:${front}
  default_backend web
backend web
  balance roundrobin
  option httpchk GET /health
${servers.join('\n')}
`,
  )
  haproxy = startTethered(['haproxy', '-db', '-f', join(fleet.folder, 'haproxy.cfg')], {
    log: join(fleet.folder, 'haproxy.log'),
    cwd: '/',
  })
  await eventually('HAProxy listens', () => existsSync(socket))
})
afterAll(async () => {
  await haproxy.stop()
  await fleet.stop()
})

const app = `
const [port, version] = process.argv.slice(2)
const server = require('node:http').createServer((request, response) => setTimeout(() => response.end(version), 20))
server.listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0)) // at once: what is in progress is lost
`
const port = `$(r=\${PWD#*root-}; sed -n "s/^\${r%%/*} //p" $FLEET/ports)`

/** An application that serves its version, and forgets whoever waits when it is stopped. */
function bundle(version: string, validate = 'true') {
  const here = `FLEET=${fleet.folder}; port=${port}; pid=${fleet.app()}/pid-$port`
  return fleet.bundle({
    'appspec.yml': `version: 0.0
os: linux
hooks:
  ApplicationStop:
    - location: stop.sh
  ApplicationStart:
    - location: start.sh
  ValidateService:
    - location: validate.sh
`,
    'app.js': app,
    version,
    'stop.sh': script(`${here}; kill "$(cat $pid)"; while kill -0 "$(cat $pid)" 2>/dev/null; do sleep 0.05; done`),
    'start.sh': script(`${here}; ${process.execPath} app.js $port ${version} >/dev/null 2>&1 & echo $! >$pid`),
    'validate.sh': script(`${here}; ${validate}`),
  })
}

const group = () => ({
  tags: { role: 'web' },
  deploymentConfig: 'CodeDeployDefault.OneAtATime',
  loadBalancer: { haproxy: { socket, backend: 'web' } },
})

const agent = new Agent({ keepAlive: false })
function ask(path = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: front, path, agent }, (answer) => {
      let body = `${answer.statusCode} `
      answer.setEncoding('utf8').on('data', (piece: string) => {
        body += piece
      })
      answer.on('end', () => resolve(body)).on('error', reject)
    }).on('error', reject)
  })
}

/** A few clients that ask again and again until they are told to stop; what each was answered, counted. */
function load() {
  const counts = new Map<string, number>()
  let over = false
  const client = async () => {
    while (!over) {
      const answer = await ask().catch((error: Error) => error.message)
      counts.set(answer, (counts.get(answer) ?? 0) + 1)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const clients = [client(), client(), client()]
  return async () => {
    over = true
    await Promise.all(clients)
    return Object.fromEntries(counts)
  }
}

test('one host after another leaves the balancer and comes back: no request fails', async () => {
  expect((await fleet.deploy(bundle('v1'), { group: group() })).outcome).toBe('succeeded')
  const stop = load()
  const run = await fleet.deploy(bundle('v2'), { group: group() })
  const counts = await stop()
  expect(run.outcome).toBe('succeeded')
  expect(Object.keys(counts).sort()).toEqual(['200 v1', '200 v2'])
  const [newest] = await new DeploymentStore(fleet.state).list()
  const hosts = await new DeploymentStore(fleet.state).hosts(newest?.deploymentId ?? '')
  expect(
    hosts.every(({ events }) => events[0]?.name === 'BlockTraffic' && events.at(-1)?.name === 'AllowTraffic'),
  ).toBe(true)
})

test('a host that fails stays out, and a host that a check finds ill has failed', async () => {
  const sick = await fleet.deploy(bundle('v3'), {
    group: { ...group(), healthChecks: [{ command: 'echo "not well" >&2; exit 9', within: 1 }] },
  })
  expect(sick.outcome).toBe('failed')
  expect(sick.failure?.message).toContain(
    'HealthCheck: `echo "not well" >&2; exit 9` has not passed within 1 s: it ends with 9: not well',
  )
  expect(sick.log).toContain('[web1] stays out of the balancer')
  for (let count = 0; count < 20; count++) expect(await ask()).not.toBe('200 v3')
})

test('checks over HTTP and TCP, with status and text', async () => {
  const check = { http: `http://%h:${front}/`, text: 'v', within: 20 }
  const run = await fleet.deploy(bundle('v4'), {
    group: { ...group(), healthChecks: [check, { tcp: `%h:${front}` }, { http: `http://%h:${front}/`, status: 200 }] },
  })
  expect(run.outcome).toBe('succeeded')
  const wrong = await fleet.deploy(bundle('v5'), {
    group: { ...group(), healthChecks: [{ ...check, text: 'never', within: 1 }] },
  })
  expect(wrong.failure?.message).toMatch(
    /HealthCheck: GET http:\/\/127\.0\.0\.1:\d+\/ has not passed within 1 s: its answer does not hold "never"/,
  )
})

test('a balancer that is not there is told, and nothing is deployed', async () => {
  const run = await fleet.deploy(bundle('v6'), {
    group: { ...group(), loadBalancer: { haproxy: { socket: join(fleet.folder, 'none.sock'), backend: 'web' } } },
  })
  expect(run.failure?.message).toMatch(/BlockTraffic: HAProxy at .*none\.sock: connect ENOENT/)
})

test('other balancers are told by commands', async () => {
  const said = join(fleet.folder, 'said')
  writeFileSync(said, '')
  const run = await fleet.deploy(bundle('v7'), {
    group: {
      ...group(),
      loadBalancer: { block: `echo "out $HOST_NAME" >>${said}`, allow: `echo "in $HOST_NAME" >>${said}` },
    },
  })
  expect(run.outcome).toBe('succeeded')
  const lines = readFileSync(said, 'utf8').trim().split('\n')
  expect(lines.filter((line) => line.startsWith('out'))).toHaveLength(SIZE)
  expect(lines[1]).toBe(lines[0]?.replace('out', 'in'))
})

test('an alarm ends the deployment, and the last success comes back', async () => {
  let well = true
  const alarm: Server = createServer((_, response) => {
    response.statusCode = well ? 200 : 500
    response.end()
  })
  await new Promise<void>((resolve) => alarm.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(alarm.address() as AddressInfo).port}/`
  const watched = {
    ...group(),
    alarm: { url, every: 1 },
    autoRollback: { enabled: true, events: ['DEPLOYMENT_STOP_ON_ALARM' as const] },
  }
  try {
    expect((await fleet.deploy(bundle('v8'), { group: watched })).outcome).toBe('succeeded')
    well = false
    const run = await fleet.deploy(bundle('v9', 'sleep 30'), { group: watched })
    expect(run.failure?.message).toMatch(/^the alarm http:\S+ was raised: it answers 500, not 200\n/)
    expect(run.failure?.message).toContain('Rolled back to the revision of')
    expect(await ask()).toBe('200 v8')
  } finally {
    alarm.close()
  }
})
