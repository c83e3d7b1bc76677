/** A real HAProxy, and a real nginx, in front of a fleet: hosts are deployed to one at a time, and no request fails. Checks and alarms. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { defined } from '@penstock/core'
import { freePort, startTethered, type Tethered } from '@penstock/core/testkit'
import type { GroupConfig } from '../../src/config.js'
import { DeploymentStore } from '../../src/deployment/deployment-store.js'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { asker, startLoad } from '../support/load.js'
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
  writeFileSync(
    join(fleet.folder, 'names'),
    fleet.sshds.map((sshd, index) => `${sshd.port} web${index + 1}\n`).join(''),
  )
  if (process.getuid?.() === 0) chmodSync(fleet.folder, 0o777) // for the sockets
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
  timeout check 30s # else inter: an application that is slow for a moment would be out
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
const [port, socket, version] = process.argv.slice(2)
const answer = (request, response) => setTimeout(() => response.end(version), 20)
const listen = (place, next) => require('node:http').createServer(answer).listen(place, next)
// The port last: where it answers, the socket does, too.
listen({ path: socket, writableAll: true }, () => listen({ host: '127.0.0.1', port }))
process.on('SIGTERM', () => process.exit(0)) // at once: what is in progress is lost
`
const port = `$(r=\${PWD#*root-}; sed -n "s/^\${r%%/*} //p" $FLEET/ports)`
const socketOf = `$(r=\${PWD#*root-}; sed -n "s/^\${r%%/*} //p" $FLEET/names)`

/** Waits until the application answers: nginx does not look by itself. */
const answers = `for try in $(seq 200); do curl -fso /dev/null http://127.0.0.1:$port/ && exit 0; sleep 0.1; done; exit 1`

/** An application that serves its version, and forgets whoever waits when it is stopped. */
function bundle(version: string, validate = answers) {
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
    'start.sh': script(
      `${here}; socket=$FLEET/${socketOf}.sock; rm -f $socket; ${process.execPath} app.js $port $socket ${version} >/dev/null 2>&1 & echo $! >$pid`,
    ),
    'validate.sh': script(`${here}; ${validate}`),
  })
}

const group = () => ({
  tags: { role: 'web' },
  deploymentConfig: 'CodeDeployDefault.OneAtATime',
  loadBalancer: { haproxy: { socket, backend: 'web' } },
})

const ask = () => asker(front)()

/** Deploys a second version while clients ask again and again: every answer is the first's or the second's. */
async function deployUnderLoad(
  door: number,
  versions: readonly [string, string],
  balancer: GroupConfig['loadBalancer'],
) {
  const more = { group: { ...group(), ...defined({ loadBalancer: balancer }) } }
  expect((await fleet.deploy(bundle(versions[0]), more)).failure?.message).toBeUndefined()
  const stop = startLoad(door)
  const run = await fleet.deploy(bundle(versions[1]), more)
  const counts = await stop()
  expect(run.failure?.message).toBeUndefined()
  expect(Object.keys(counts).sort()).toEqual(versions.map((version) => `200 ${version}`))
}

test('one host after another leaves the balancer and comes back: no request fails', async () => {
  await deployUnderLoad(front, ['v1', 'v2'], group().loadBalancer)
  const [newest] = await new DeploymentStore(fleet.state).list()
  const hosts = await new DeploymentStore(fleet.state).hosts(newest?.deploymentId ?? '')
  expect(
    hosts.every(({ events }) => events[0]?.name === 'BlockTraffic' && events.at(-1)?.name === 'AllowTraffic'),
  ).toBe(true)
})

test('the same with nginx, whose upstream file is changed and read anew', async () => {
  const folder = join(fleet.folder, 'nginx')
  mkdirSync(folder)
  const file = join(folder, 'upstream.conf')
  const servers = fleet.sshds.map((_, index) => `  server unix:${fleet.folder}/web${index + 1}.sock max_fails=0;\n`)
  writeFileSync(file, `upstream web {\n${servers.join('')}}\n`)
  const [door, config] = [await freePort(), join(folder, 'nginx.conf')]
  writeFileSync(config, nginxConfig(folder, door, file))
  const nginx = startTethered(['nginx', '-c', config], { log: join(folder, 'log'), cwd: '/' })
  try {
    await eventually('nginx listens', () => existsSync(join(folder, 'pid')))
    const words = { test: `nginx -t -c ${config}`, reload: `nginx -s reload -c ${config}`, pid: join(folder, 'pid') }
    await deployUnderLoad(door, ['v6', 'v7'], { nginx: { file, server: `unix:${fleet.folder}/%n.sock`, ...words } })
    expect(readFileSync(file, 'utf8')).not.toContain('down')
    const lost = await fleet.deploy(bundle('n3'), {
      group: { ...group(), loadBalancer: { nginx: { file, server: 'unix:/nowhere.sock', ...words } } },
    })
    expect(lost.failure?.message).toContain('upstream.conf has no line "server unix:/nowhere.sock"')
    const broken = await fleet.deploy(bundle('n3'), {
      group: {
        ...group(),
        loadBalancer: {
          nginx: { file, server: `unix:${fleet.folder}/%n.sock`, ...words, test: 'echo "no good" >&2; false' },
        },
      },
    })
    expect(broken.failure?.message).toContain('BlockTraffic: echo "no good" >&2; false: no good')
    expect(readFileSync(file, 'utf8')).not.toContain('down')
  } finally {
    await nginx.stop()
  }
})

function nginxConfig(folder: string, door: number, upstream: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/pid;
error_log ${folder}/error;
events {}
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  include ${upstream};
  server {
    listen 127.0.0.1:${door};
    location / {
      proxy_pass http://web;
      proxy_next_upstream off; # what goes wrong at a host is seen
    }
  }
}
`
}

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
