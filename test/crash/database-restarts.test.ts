/** PostgreSQL restarts under the servers' feet while builds run, in good order and as in a crash. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startPostgres, type TestPostgres } from '@penstock/core/testkit'
import { cleanUp } from '../process/world.js'
import { Client, insist } from './support/client.js'
import { besideData, Installation, type ServerProcess } from './support/installation.js'
import type { Asked } from './support/ordeal.js'
import { builds, declare, type Plan } from './support/pipelines.js'
import { judge } from './support/verdict.js'

const isLong = process.env.PENSTOCK_LONG === '1'
const leaseSeconds = 30
/** The last of the long form keeps the database away for longer than a lease. */
const restarts = isLong
  ? (['fast', 'immediate', 'fast', 'immediate', 'fast', 'immediate'] as const)
  : (['fast', 'immediate'] as const)

jest.setTimeout(isLong ? 600_000 : 240_000)

let postgres: TestPostgres
const installations: Installation[] = []
afterEach(async () => {
  for (const installation of installations.splice(0).reverse()) await installation.remove()
  await cleanUp()
  await postgres?.stop()
})

const { instant, short } = builds
const plan: Plan = {
  name: 'parallel',
  mode: 'PARALLEL',
  stages: [[[{ name: 'lasting', lines: 10, pauses: [2, 1], exit: 0 }, short]], [[instant]]],
  ends: 'Succeeded',
}

test(`${restarts.length} restarts: every server lives, and no start, build or result is lost`, async () => {
  postgres = await startPostgres()
  const databaseUrl = await postgres.database()
  const worker = { concurrency: 3, leaseSeconds }
  const first = await Installation.create({ databaseUrl, worker })
  installations.push(first)
  const keys = await first.createKeys()
  const servers: ServerProcess[] = [first.start()]
  await servers[0]?.ready
  const clients: [Client, ...Client[]] = [new Client(first, keys)]
  while (clients.length < (isLong ? 3 : 2)) {
    const installation = await Installation.create({ databaseUrl, worker, beside: first })
    installations.push(installation)
    clients.push(new Client(installation, keys, clients[0]))
    servers.push(installation.start())
  }
  for (const { ready } of servers) await ready
  const places = { ledger: besideData(first, 'ledger'), revision: besideData(first, 'revision') }
  writeFileSync(places.revision, 'r1')
  await clients[0].createPipeline(declare(plan, places))

  const asked: Asked[] = []
  const start = async (client: Client) => {
    const token = randomUUID()
    asked.push({ pipeline: plan.name, token, executionId: await insist(() => client.start(plan.name, token)) })
  }
  const readiness = () =>
    Promise.all(installations.map(async ({ address }) => (await fetch(`${address}/ready`)).status))
  const untilAll = async (status: number) => {
    while (!(await readiness()).every((one) => one === status)) await delay(100)
  }
  const pending: Promise<void>[] = []
  for (const [index, mode] of restarts.entries()) {
    for (const client of clients) pending.push(start(client))
    await delay(700) // some are begun, some are being begun
    for (const client of clients) pending.push(start(client))
    await postgres.restart(mode, async () => {
      await untilAll(503)
      if (index === restarts.length - 1 && isLong) await delay((leaseSeconds + 12) * 1_000)
    })
    await untilAll(200)
  }
  await Promise.all(pending)
  const atRest = async () => (await clients[0].executions(plan.name)).every(({ status }) => status !== 'InProgress')
  while (!(await atRest())) await delay(200)

  for (const { pid, said } of servers) {
    expect(() => process.kill(pid, 0)).not.toThrow()
    expect(said()).not.toMatch(/uncaught|unhandled/)
  }
  const story = { asked, read: new Map<string, string>(), mayBeLost: new Set<string>() }
  expect(await judge({ clients, plans: [plan], places, story })).toMatchObject({ problems: [], lost: 0 })
  for (const server of servers) await server.stop()
})
