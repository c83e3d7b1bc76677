/** Three servers on one PostgreSQL, as on three machines; one dies with -9. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startPostgres, type TestPostgres } from '@penstock/core/testkit'
import { cleanUp } from '../process/world.js'
import type { Build } from './support/builds.js'
import { Client, insist } from './support/client.js'
import { besideData, Installation, type ServerProcess } from './support/installation.js'
import type { Asked } from './support/ordeal.js'
import { builds, declare, type Places, type Plan } from './support/pipelines.js'
import { actionsInHand } from './support/sights.js'
import { judge } from './support/verdict.js'

jest.setTimeout(400_000) // a poll comes each minute, and a lease is half a minute

/** Runs while its server dies, and is over before its lease is. */
const lasting: Build = { name: 'lasting', lines: 30, pauses: [2, 1], exit: 0 }
const { instant, short } = builds
const parallel: Plan = {
  name: 'parallel',
  mode: 'PARALLEL',
  stages: [[[lasting, short]], [[instant]]],
  ends: 'Succeeded',
}
const polled = ['one', 'two', 'three', 'four'].map(
  (name): Plan => ({ name, mode: 'QUEUED', stages: [[[short], [instant]]], ends: 'Succeeded' }),
)
const worker = { concurrency: 3, leaseSeconds: 30 }

interface Machine {
  readonly installation: Installation
  readonly client: Client
  server: ServerProcess
}

let postgres: TestPostgres
const installations: Installation[] = []
afterEach(async () => {
  for (const installation of installations.splice(0).reverse()) await installation.remove()
  await cleanUp()
  await postgres?.stop()
})

/** The first makes the key and the artifacts that the others share. */
async function startMachines(): Promise<[Machine, Machine, Machine]> {
  postgres = await startPostgres()
  const databaseUrl = await postgres.database()
  const first = await Installation.create({ databaseUrl, worker })
  installations.push(first)
  const keys = await first.createKeys()
  const made = { installation: first, client: new Client(first, keys), server: first.start() }
  await made.server.ready
  const other = async (): Promise<Machine> => {
    const installation = await Installation.create({ databaseUrl, worker, beside: first })
    installations.push(installation)
    const client = new Client(installation, keys, made.client)
    return { installation, client, server: installation.start() }
  }
  const machines: [Machine, Machine, Machine] = [made, await other(), await other()]
  for (const { server } of machines) await server.ready
  return machines
}

async function until(what: string, holds: () => boolean | Promise<boolean>, limit: number): Promise<void> {
  const deadline = Date.now() + limit
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`after ${limit / 1000} s still not: ${what}`)
    await delay(50)
  }
}

test('nothing is started or run twice; the survivors go on; what a dead server did is reported lost', async () => {
  const [a, b, c] = await startMachines()
  const clients = [a.client, b.client, c.client] as const
  const places: Places = {
    ledger: besideData(a.installation, 'ledger'),
    revision: besideData(a.installation, 'revision'),
  }
  writeFileSync(places.revision, 'r1')
  for (const plan of polled) await a.client.createPipeline(declare(plan, places, true))
  await a.client.createPipeline(declare(parallel, places))

  const asked: Asked[] = []
  /** The same start at all servers at once is one execution. */
  const start = async (servers: readonly Client[]) => {
    const token = randomUUID()
    const ids = await Promise.all(servers.map((client) => insist(() => client.start('parallel', token))))
    expect(new Set(ids).size).toBe(1)
    asked.push({ pipeline: 'parallel', token, executionId: ids[0] ?? '' })
  }
  for (let count = 0; count < 6; count++) await start(clients)

  const begun = () => actionsInHand(c.installation.dataFolder).filter(({ sight }) => sight === 'begun')
  const lasts = async () => {
    const all = await a.client.actions('parallel')
    const running = new Set(begun().map(({ id }) => id))
    return all.some(({ actionName, actionExecutionId: id }) => actionName === 'lasting' && running.has(id ?? ''))
  }
  await until('the third server runs a lasting build', lasts, 60_000)
  await c.server.kill()
  const held = actionsInHand(c.installation.dataFolder)
  const mayBeLost = new Set(held.map(({ id }) => id))
  writeFileSync(places.revision, 'r2')

  for (let count = 0; count < 3; count++) await start([a.client, b.client])
  const ended = async (id: string) =>
    (await a.client.executions('parallel')).find((one) => one.pipelineExecutionId === id)?.status === 'Succeeded'
  await until('the survivors go on', () => ended(asked.at(-1)?.executionId ?? ''), 60_000)

  const atRest = async () => {
    const all = await Promise.all([parallel, ...polled].map(({ name }) => a.client.executions(name)))
    return all.flat().every(({ status }) => status !== 'InProgress')
  }
  const found = async (name: string) =>
    (await a.client.executions(name)).some(({ sourceRevisions }) => sourceRevisions?.[0]?.revisionId === 'r2')
  for (const { name } of polled) await until(`${name} has r2`, () => found(name), 200_000)
  await until('everything has ended', atRest, 90_000)

  c.server = c.installation.start() // the machine is back: it ends what it still does for nobody
  await c.server.ready
  const story = { asked, read: new Map(), mayBeLost }
  const { problems, lost } = await judge({ clients: [...clients], plans: [parallel, ...polled], places, story })
  expect(problems).toEqual([])
  expect(lost).toBeGreaterThan(0)
  for (const { name } of polled) {
    const triggers = (await a.client.executions(name)).map(({ trigger }) => trigger?.triggerType)
    expect([name, triggers.sort()]).toEqual([name, ['CreatePipeline', 'PollForSourceChanges']])
  }
  for (const { server } of [a, b, c]) await server.stop()
})
