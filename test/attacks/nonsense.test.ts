/**
 * Requests without sense to every door of a whole server: refused in words, never an error of the server's own, and never its
 * end. An exception in an event handler or a timer, which nobody catches, fails the test that runs (Jest listens for it).
 * 50,000 with PENSTOCK_LONG=1; PENSTOCK_NONSENSE says how many otherwise.
 */

import { cleanUp, start, temporaryFolder, until } from '../process/world.js'
import { Random } from '../simulation/random.js'
import { Nonsense } from './nonsense/nonsense.js'
import { rubbish, throwAt } from './nonsense/wire.js'
import { sessionOf } from './page.js'
import { ended, pipelineOf, startWorld, type World } from './world.js'

const times = Number(process.env.PENSTOCK_NONSENSE ?? (process.env.PENSTOCK_LONG === '1' ? 50_000 : 600))
jest.setTimeout(120_000 + times * 100) // machines that are busy

let world: World
let nonsense: Nonsense
const everything = [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }]

beforeAll(async () => {
  world = await startWorld()
  const { server, admin } = world
  const { operations, identity } = server.services
  await operations.createPipeline(admin, { pipeline: pipelineOf(world, 'site', 'true') })
  await ended(world, 'site')
  const { webhook } = await operations.putWebhook(admin, {
    webhook: {
      name: 'open',
      targetPipeline: 'site',
      targetAction: 'Fetch',
      filters: [{ jsonPath: '$.ref', matchEquals: 'never' }],
      authentication: 'UNAUTHENTICATED',
      authenticationConfiguration: {},
    },
  })
  const { pathname } = new URL(webhook.url)
  nonsense = new Nonsense({ address: server.address, bucket: identity.bucket, webhook: pathname })
})
afterAll(async () => {
  nonsense?.close()
  await cleanUp()
  await world?.stop()
})
afterEach(async () => {
  expect((await fetch(`${world.server.address}/ready`)).status).toBe(200)
  const said = world.log.filter((line) => /"level":(50|60)|uncaught|unhandled|page failed/.test(line))
  expect(said.slice(0, 3)).toEqual([])
})

/** Sends a part of all requests, twenty at a time; answers the statuses that came. */
async function all(share: number, send: (n: number) => Promise<number>): Promise<number[]> {
  const [statuses, most] = [new Set<number>(), times * share]
  for (let done = 0; done < most; done += 20) {
    const some = Array.from({ length: 20 }, (_, n) => send(done + n))
    for (const status of await Promise.all(some)) statuses.add(status)
  }
  return [...statuses]
}

const facts = async () => {
  const { operations } = world.server.services
  return JSON.stringify([
    (await operations.listSecrets(world.admin, {})).secrets.map(({ name, pipelines }) => [name, pipelines]),
    (await operations.listUsers(world.admin, {})).users.map(({ userName }) => userName),
    (await operations.listPipelines(world.admin, {})).pipelines,
  ])
}
/** An error of the server's own; 501 is S3's word for what is not there to be used. */
const isFault = (status: number) => status >= 500 && status !== 501
const isDone = (status: number) => status < 300

test('unsigned, they do nothing', async () => {
  const before = await facts()
  expect((await all(0.2, (n) => nonsense.unsigned(n))).filter((status) => isFault(status) || isDone(status))).toEqual(
    [],
  )
  expect((await all(0.1, (n) => nonsense.delivery(n))).filter(isFault)).toEqual([])
  expect(await facts()).toBe(before)
})

test('signed by somebody who may nothing, they do nothing', async () => {
  const powerless = await world.server.services.access.createAccessKey('powerless', [])
  const session = await sessionOf(world, world.who('powerless'))
  const before = await facts()
  const signed = await all(0.15, (n) => nonsense.signed(n, powerless))
  expect(signed.filter(isFault)).toEqual([])
  expect((await all(0.1, (n) => nonsense.page(n, session))).filter(isFault)).toEqual([])
  expect(await facts()).toBe(before)
})

test('signed by the administrator, they are refused or done', async () => {
  const keys = await world.server.services.access.createAccessKey('ci', [{ Statement: everything }])
  const session = await sessionOf(world, world.admin)
  expect((await all(0.15, (n) => nonsense.signed(n, keys))).filter(isFault)).toEqual([])
  expect((await all(0.1, (n) => nonsense.page(n, session))).filter(isFault)).toEqual([])
})

test('bytes that are hardly HTTP end no server', async () => {
  const port = Number(new URL(world.server.address).port)
  expect((await all(0.15, (n) => throwAt(port, rubbish(new Random(n))))).filter(isFault)).toEqual([])
})

test('nor the server for agents', async () => {
  const mcp = start(['mcp', '--http', '0', '--endpoint', world.server.address], { cwd: temporaryFolder() })
  await until(() => mcp.err().includes('/mcp'))
  const port = Number(/:(\d+)\/mcp/.exec(mcp.err())?.[1])
  await all(0.05, (n) => throwAt(port, rubbish(new Random(n))))
  expect((await fetch(`http://127.0.0.1:${port}/mcp`)).status).toBe(401)
  expect(mcp.child.exitCode).toBeNull()
})
