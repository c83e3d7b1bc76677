/** Two servers on one PostgreSQL behind a real proxy with TLS, and a worker that knows only the proxy. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startPostgres, type TestPostgres } from '@penstock/core/testkit'
import type { Build } from '../crash/support/builds.js'
import { Client, insist } from '../crash/support/client.js'
import { besideData, Installation, type Keys, type ServerProcess } from '../crash/support/installation.js'
import type { Asked } from '../crash/support/ordeal.js'
import { builds, declare, type Places, type Plan } from '../crash/support/pipelines.js'
import { writeTickSource } from '../crash/support/tick-source.js'
import { judge } from '../crash/support/verdict.js'
import { penstock } from '../process/world.js'
import { type ReverseProxy, startHaproxy, startNginx } from './support/proxy.js'

jest.setTimeout(240_000)

const bin = resolve(__dirname, '../../core/bin/penstock.js')
const { instant, short, loud } = builds
/** Longer than the proxies bear a silent call. */
const lasting: Build = { name: 'lasting', lines: 40, pauses: [2, 4, 2], exit: 0 }
const plan: Plan = {
  name: 'far',
  mode: 'PARALLEL',
  stages: [[[lasting, short]], [[loud], [instant]]],
  ends: 'Succeeded',
}

interface Machine {
  readonly installation: Installation
  readonly client: Client
  readonly keys: Keys
  server: ServerProcess
}

let postgres: TestPostgres
let proxy: ReverseProxy | undefined
let worker: ChildProcess | undefined
const installations: Installation[] = []

afterEach(async () => {
  if (worker) await end(worker, 'SIGKILL')
  worker = undefined
  await proxy?.stop()
  for (const installation of installations.splice(0).reverse()) await installation.remove()
  await postgres?.stop()
})

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

async function until(what: string, holds: () => boolean | Promise<boolean>, limit = 60_000): Promise<void> {
  const deadline = Date.now() + limit
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`after ${limit / 1000} s still not: ${what}`)
    await delay(50)
  }
}

/** `enabled`: whether the servers run actions themselves. */
async function startMachines(...enabled: [boolean, boolean]): Promise<[Machine, Machine]> {
  postgres = await startPostgres()
  const databaseUrl = await postgres.database()
  const options = (index: 0 | 1) => ({ databaseUrl, worker: { leaseSeconds: 30, enabled: enabled[index] } })
  const first = await Installation.create(options(0))
  installations.push(first)
  const keys = await first.createKeys()
  const one = { installation: first, client: new Client(first, keys), keys, server: first.start() }
  await one.server.ready
  const second = await Installation.create({ ...options(1), beside: first })
  installations.push(second)
  const two = { installation: second, client: new Client(second, keys, one.client), keys, server: second.start() }
  await two.server.ready
  return [one, two]
}

async function startWorker(
  { folder }: Installation,
  { endpoint, ca }: ReverseProxy,
  byVariable: boolean,
): Promise<() => string> {
  const args = [
    '--config',
    'penstock.yaml',
    '--user',
    'builder',
    '--policy',
    'PenstockWorkerAccess',
    '--output',
    'json',
  ]
  const made = await penstock(['access-key', 'create', ...args], { cwd: folder })
  const keys = JSON.parse(made.out) as { accessKeyId: string; secretAccessKey: string }
  const data = join(folder, 'elsewhere', 'data')
  mkdirSync(join(folder, 'elsewhere')) // the way to a build's own folders leads through it
  mkdirSync(data, { mode: 0o700 })
  writeTickSource(data)
  const opened = `worker: { sandbox: { writable: [${folder}] } }\n` // the builds' ledger
  const plugins = 'plugins: { penstock-plugin-tick: { isolation: none } }\n'
  writeFileSync(join(folder, 'elsewhere', 'penstock.yaml'), opened + plugins)
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(byVariable ? { NODE_EXTRA_CA_CERTS: ca } : {}),
  }
  const trust = byVariable ? [] : ['--ca', ca]
  const child = spawn(process.execPath, [bin, 'worker', '--endpoint', endpoint, '--data', data, ...trust], {
    cwd: join(folder, 'elsewhere'),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  worker = child
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      said += piece
    })
  }
  await until(`the worker works: ${said}`, () => said.includes('WORKING ') || child.exitCode !== null)
  expect(said).toContain('WORKING ')
  return () => said
}

const atRest = async ({ client }: Machine, count: number) => {
  const all = await client.executions(plan.name)
  return all.length === count && all.every(({ status }) => status !== 'InProgress')
}

test.each([
  { by: 'nginx', start: startNginx, byVariable: false },
  { by: 'haproxy', start: startHaproxy, byVariable: true },
])(
  'behind $by, taken in turns, one server killed with -9: nothing is lost or run twice',
  async ({ start, byVariable }) => {
    const [a, b] = await startMachines(false, false)
    proxy = await start(join(a.installation.folder, 'proxy'), [a.installation.port, b.installation.port])
    const said = await startWorker(a.installation, proxy, byVariable)
    const places: Places = {
      ledger: besideData(a.installation, 'ledger'),
      revision: besideData(a.installation, 'revision'),
    }
    writeFileSync(places.revision, 'r1')
    await b.client.createPipeline(declare(plan, places))
    const asked: Asked[] = []
    const ask = async () => {
      const token = randomUUID()
      asked.push({ pipeline: plan.name, token, executionId: await insist(() => b.client.start(plan.name, token)) })
    }
    for (let count = 0; count < 2; count++) await ask()
    // While it runs, both servers serve what there is of its log.
    const lasts = async () => (await b.client.actions(plan.name)).find(({ actionName }) => actionName === 'lasting')
    await until('a lasting build', async () => (await lasts())?.actionExecutionId !== undefined)
    const id = (await lasts())?.actionExecutionId ?? ''
    const begins = (text: string | undefined) => text?.includes(`line 40 of ${id}`) === true
    await until('its first words', async () => begins(await insist(() => b.client.log(plan.name, id))))
    expect(begins(await a.client.log(plan.name, id))).toBe(true)
    await a.server.kill()
    await ask()
    await until('everything has ended', () => atRest(b, asked.length + 1), 120_000)
    a.server = a.installation.start()
    await a.server.ready
    const story = { asked, read: new Map(), mayBeLost: new Set<string>() }
    const { problems, builds: count } = await judge({ clients: [b.client, a.client], plans: [plan], places, story })
    expect(problems).toEqual([])
    expect(count).toBe(4 * (asked.length + 1))
    expect(said()).not.toMatch(/claim failed.*504/)
    for (const { server } of [a, b]) await server.stop()
  },
)

test('what a server runs itself is read at the other one: while it runs, afterwards, and when its server is gone', async () => {
  const [a, b] = await startMachines(true, false)
  const places: Places = {
    ledger: besideData(a.installation, 'ledger'),
    revision: besideData(a.installation, 'revision'),
  }
  writeFileSync(places.revision, 'r1')
  await b.client.createPipeline(declare(plan, places))
  const lasts = async () => (await b.client.actions(plan.name)).find(({ actionName }) => actionName === 'lasting')
  await until('a lasting build', async () => (await lasts())?.actionExecutionId !== undefined)
  const id = (await lasts())?.actionExecutionId ?? ''
  await until('its first words at the other server', async () => {
    const text = await b.client.log(plan.name, id)
    return text?.includes(`line 40 of ${id}`) === true
  })
  expect((await lasts())?.status).toBe('InProgress')
  await until('more of it', async () => (await b.client.log(plan.name, id))?.includes(`line 120 of ${id}`) === true)
  await until('everything has ended', () => atRest(b, 1))
  const story = { asked: [], read: new Map(), mayBeLost: new Set<string>() }
  expect((await judge({ clients: [a.client, b.client], plans: [plan], places, story })).problems).toEqual([])
  await a.server.kill()
  for (const { actionName, actionExecutionId = '' } of await b.client.actions(plan.name)) {
    if (actionName !== 'Fetch')
      expect(await b.client.log(plan.name, actionExecutionId)).toContain(`of ${actionExecutionId}`)
  }
  await b.server.stop()
})

test('an upload in parts, each of which comes to another server', async () => {
  const [a, b] = await startMachines(false, false)
  proxy = await startNginx(join(a.installation.folder, 'proxy'), [a.installation.port, b.installation.port])
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = a.keys
  const { ca: AWS_CA_BUNDLE, endpoint } = proxy
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_CA_BUNDLE,
    AWS_DEFAULT_REGION: 'us-east-1',
  }
  const [from, to] = ['from', 'to'].map((name) => join(a.installation.folder, name)) as [string, string]
  writeFileSync(from, randomBytes(30_000_000))
  const run = (...args: string[]) => promisify(execFile)('aws', ['--endpoint-url', endpoint, ...args], { env })
  const { stdout } = await run('s3api', 'list-buckets', '--output', 'json')
  const { Buckets } = JSON.parse(stdout) as { Buckets: { Name: string }[] }
  const object = `s3://${Buckets[0]?.Name}/far/upload/object`
  await run('s3', 'cp', from, object)
  await run('s3', 'cp', object, to)
  expect(readFileSync(to).equals(readFileSync(from))).toBe(true)
})
