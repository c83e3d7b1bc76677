/** What a worker elsewhere has to bear: clocks that differ, servers of another version, transfers cut in two, crowds. */
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type RunningWorker, startRemoteWorker } from '../../core/src/app/remote-worker.js'
import { until, World } from './support/world.js'

jest.setTimeout(300_000)

/** One for all, with a pipeline and workers of each test's own. */
let world: World
let crowd: World | undefined
const servers: Server[] = []
beforeAll(async () => {
  world = new World()
  await world.start()
})
afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  await world.endWorkers()
  world.detour = undefined
  world.network.restore()
  for (const left of ['ledger', 'go']) rmSync(join(world.folder, left), { force: true })
  await crowd?.stop()
  crowd = undefined
})
afterAll(() => world?.stop())

test.each([
  { it: 'early', minutes: 20 },
  { it: 'late', minutes: -20 },
])("the worker's clock differs by $minutes minutes", async ({ it, minutes }) => {
  const name = `clock-${it}`
  const early = join(world.folder, 'early.js')
  writeFileSync(early, `const now = Date.now; Date.now = () => now() + ${minutes * 60_000}`)
  const worker = await world.work(name, { env: { NODE_OPTIONS: `--require ${early}` } })
  await world.build(name, ['printf made >product', 'cat product; echo; echo "the key is $KEY"'])
  expect(await world.ended(name, 'Run2')).toMatchObject({ status: 'Succeeded' })
  expect(await world.wholeLog(name, 'Run2')).toContain('made\nthe key is ****')
  await worker.end('SIGTERM')
})

test.each([
  { it: 'a wrong secret', keys: { secretAccessKey: 'wrong' }, says: /signature/i },
  { it: 'an unknown key', keys: { accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }, says: /security token|UnrecognizedClient/ },
])('refused at the start: $it', async ({ keys, says }) => {
  const worker = await world.work('refused', { keys: { ...world.keys, ...keys } })
  expect(worker.said()).toMatch(says)
  expect(worker.said()).not.toContain(world.keys.secretAccessKey)
  expect(worker.child.exitCode).toBe(1)
})

test('a key that is taken away and given back: the build goes on', async () => {
  const { access } = world.server.services
  const keys = await world.keysOf('PenstockWorkerAccess')
  const worker = await world.work('keys', { keys })
  await world.build('keys', [
    `echo begin >>'${world.folder}/ledger'; while [ ! -e '${world.folder}/go' ]; do sleep 0.1; done`,
  ])
  await until(() => world.ledger().length === 1, 'the build begins')
  await access.deleteAccessKey(keys.accessKeyId)
  writeFileSync(join(world.folder, 'go'), '')
  await until(() => /again in/.test(worker.said()), 'the worker tells that it is refused')
  await worker.end('SIGTERM')
  const next = await world.work('keys') // with another key of the same user
  expect(await world.ended('keys', 'Run1')).toMatchObject({ status: 'Succeeded' })
  expect(world.ledger()).toEqual(['begin'])
  await next.end('SIGTERM')
})

/** A server of another version: it knows none of what it is asked. */
async function strange(status: number, body: string): Promise<number> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body))
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test.each([
  {
    it: 'an unknown operation',
    name: 'newer',
    status: 400,
    body: '{"__type":"UnknownOperationException","message":"no such thing"}',
  },
  { it: "a proxy's page", name: 'behind', status: 502, body: '<html>Bad Gateway</html>' },
  { it: 'success that is none', name: 'other', status: 200, body: '<html>Welcome</html>' },
])(
  'while a job runs and ends, the server answers with $it; then it is itself again',
  async ({ name, status, body }) => {
    const worker = await world.work(name)
    const gate = join(world.folder, 'go')
    await world.build(name, [
      `echo begin >>'${world.folder}/ledger'; while [ ! -e '${gate}' ]; do sleep 0.1; done; echo "end" >>'${world.folder}/ledger'; printf done >out`,
      'cat out',
    ])
    await until(() => world.ledger().length === 1, 'the build begins')
    world.detour = await strange(status, body)
    world.network.restore()
    writeFileSync(gate, '')
    await until(() => world.ledger().length === 2, 'the build ends')
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(worker.child.exitCode).toBeNull()
    world.detour = undefined
    world.network.restore()
    expect(await world.ended(name, 'Run2')).toMatchObject({ status: 'Succeeded' })
    expect(await world.wholeLog(name, 'Run2')).toContain('done')
    expect(world.ledger()).toEqual(['begin', 'end'])
    await worker.end('SIGTERM')
  },
)

test('a worker without the plugin leaves the jobs to one that has it', async () => {
  const without = join(world.folder, 'without')
  mkdirSync(without, { mode: 0o700 })
  writeFileSync(join(without, 'penstock.yaml'), 'log: { level: info }\n')
  const poor = world.spawn([
    'worker',
    '--endpoint',
    world.network.endpoint,
    '--data',
    join(without, 'data'),
    '--config',
    join(without, 'penstock.yaml'),
  ])
  await until(() => poor.said().includes('WORKING '), 'the worker without the plugin')
  await world.build('plugin', ['true'])
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await world.action('plugin', 'Fetch')).toMatchObject({ status: 'InProgress' })
  const rich = await world.work('with')
  expect(await world.ended('plugin', 'Run1')).toMatchObject({ status: 'Succeeded' })
  await poor.end('SIGTERM')
  await rich.end('SIGTERM')
})

test('an artifact whose upload and download are cut in the middle, twice each', async () => {
  const worker = await world.work('cut')
  await world.build('cut', ['head -c 16000000 /dev/urandom >big; sha256sum big >sum', 'sha256sum -c sum'])
  for (const way of ['sent', 'sent', 'received', 'received'] as const) {
    await world.network.cutAfter(way, 4_000_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    world.network.restore()
  }
  expect(await world.ended('cut', 'Run2')).toMatchObject({ status: 'Succeeded' })
  expect(await world.wholeLog('cut', 'Run2')).toContain('big: OK')
  await worker.end('SIGTERM')
})

// A crowd is what PostgreSQL is for; SQLite bears it as well.
const crowded = process.env.PENSTOCK_LONG === '1' ? (['PostgreSQL', 'SQLite'] as const) : (['PostgreSQL'] as const)
test.each(crowded)('twenty workers at once on %s: each job is run once', async (dialect) => {
  const world = new World(dialect)
  crowd = world
  await world.start()
  const workers: RunningWorker[] = []
  try {
    for (let count = 0; count < 20; count++)
      workers.push(
        await startRemoteWorker({
          file: join(world.folder, 'penstock.yaml'),
          env: {},
          endpoint: world.network.endpoint,
          ...world.keys,
          name: `crowd-${count}`,
          writeLog: () => {},
          overrides: {
            dataDir: join(world.folder, `crowd-${count}`),
            'worker.concurrency': 2,
            'worker.actionTypes.include': count === 0 ? ['*/*/*/*'] : ['Build/*/*/*'],
          },
        }),
      )
    const first = await world.work('source')
    const names = Array.from({ length: 12 }, (_, i) => `crowd${i}`)
    await Promise.all(
      names.map((name) =>
        world.build(
          name,
          Array.from({ length: 3 }, (_, i) => `echo "${name} ${i}" >>'${world.folder}/ledger'`),
        ),
      ),
    )
    for (const name of names) expect(await world.ended(name, 'Run3')).toMatchObject({ status: 'Succeeded' })
    expect(world.ledger().sort()).toEqual(names.flatMap((name) => [0, 1, 2].map((i) => `${name} ${i}`)).sort())
    await first.end('SIGTERM')
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
  }
})
