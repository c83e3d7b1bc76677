/** A worker in this process, on the queue of a server in this process: what its plugins can reach, and what not. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningWorker, startRemoteWorker } from '../../src/app/remote-worker.js'
import { systemClock } from '../../src/domain/clock.js'
import { definePlugin, type PluginApi } from '../../src/host/plugin.js'
import { partSize } from '../../src/host/state/state-door.js'
import { stateOverDoor } from '../../src/host/state/state-over-door.js'
import { startTestServer, type TestServer } from '../../src/testkit/test-server.js'
import { HttpJobClient } from '../../src/worker/http-job-client.js'
import { httpState } from '../../src/worker/http-state.js'
import { PenstockApi } from '../../src/worker/penstock-api.js'

jest.setTimeout(60_000) // real files and ports, on machines that are busy

const folder = mkdtempSync(join(tmpdir(), 'penstock-worker-'))
let server: TestServer
let api: PluginApi
let worker: RunningWorker | undefined
const clients: HttpJobClient[] = []

beforeAll(async () => {
  const keeper = definePlugin({
    name: 'keeper',
    apiVersion: '^1.0',
    register(given) {
      api = given
      given.provideAction({ category: 'Build', provider: 'Keep', configuration: {}, async run() {} })
    },
  })
  server = await startTestServer({ plugins: [keeper], bundled: ['aws-api'] })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await worker?.stop()
  worker = undefined
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The plugin's state as a worker with these policies reaches it. */
async function stateOf(plugin: string, ...policies: Parameters<typeof server.services.access.createAccessKey>[1]) {
  const keys = await server.services.access.createAccessKey('builder', policies)
  const { region } = server.services.identity
  const client = new HttpJobClient(new PenstockApi({ endpoint: server.address, region, keys }), 'w', systemClock)
  clients.push(client)
  return stateOverDoor(() => httpState(client, plugin))
}

test('what a plugin keeps at a worker is what it keeps at the server', async () => {
  const there = await stateOf('keeper', 'PenstockWorkerAccess')
  const version = await there.put('groups/web', { revision: 'a' }, { expected: null })
  expect(await api.state.get('groups/web')).toMatchObject({ value: { revision: 'a' }, version })
  await expect(there.put('groups/web', 1, { expected: null })).rejects.toMatchObject({ code: 'ConflictException' })
  const next = await api.state.put('groups/web', { revision: 'b' }, { expected: version })
  await expect(there.delete('groups/web', { expected: version })).rejects.toMatchObject({ code: 'ConflictException' })
  expect(await there.list({ prefix: 'groups/', limit: 1 })).toMatchObject([{ key: 'groups/web', version: next }])
  const bytes = Buffer.alloc(partSize + 5, 'penstock')
  await there.putBlob('bundle', bytes)
  const pieces: Uint8Array[] = []
  for await (const piece of (await api.state.getBlob('bundle'))?.body ?? []) pieces.push(piece)
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
  let size = 0
  for await (const piece of (await there.getBlob('bundle'))?.body ?? []) size += piece.length
  expect(size).toBe(bytes.length)
  await there.delete('groups/web', { expected: next })
  await there.delete('bundle')
  expect(await api.state.list()).toEqual([])
})

test('a worker reaches only what belongs to plugins whose jobs it may claim', async () => {
  const other = { Statement: [{ Effect: 'Allow', Action: 'penstock:*', Resource: '*' }] } as const
  const deny = {
    Statement: [{ Effect: 'Deny', Action: 'penstock:ClaimJobs', Resource: '*:actiontype:Custom/Build/Keep/1' }],
  } as const
  const refused = { code: 'AccessDeniedException' }
  await expect((await stateOf('keeper', other, deny)).get('k')).rejects.toMatchObject(refused)
  await expect((await stateOf('aws-api', other)).get('k')).rejects.toMatchObject(refused)
  expect(await (await stateOf('keeper', other)).get('k')).toBeUndefined()
})

test("a worker is no server: its plugins are told so, and it makes none of a server's files", async () => {
  const plugin = join(folder, 'keeper')
  mkdirSync(plugin)
  const penstock = { manifestVersion: 1, apiVersion: '^1.0', entry: './index.js' }
  writeFileSync(
    join(plugin, 'package.json'),
    JSON.stringify({ name: 'penstock-plugin-keeper', version: '1.0.0', penstock }),
  )
  writeFileSync(
    join(plugin, 'index.js'),
    `exports.default = { [Symbol.for('penstock.plugin')]: true, name: 'keeper', apiVersion: '^1.0', register(api) {
      api.provideAction({ category: 'Build', provider: 'Keep', configuration: {}, async run() {} })
      api.onStart(async () => {
        const said = []
        for (const ask of [() => api.server.operations, () => api.server.identity.accountId, () => api.server.identity.region])
          try { said.push(ask()) } catch ({ message }) { said.push(message) }
        await api.state.put('said', said)
      })
    } }`,
  )
  const awsApi = join(__dirname, '../../../plugins/aws-api')
  const dataDir = join(folder, 'data')
  const keys = await server.services.access.createAccessKey('builder', ['PenstockWorkerAccess'])
  const { address: endpoint } = server
  worker = await startRemoteWorker({
    ...keys,
    endpoint,
    env: {},
    cwd: folder,
    bundled: [plugin, awsApi],
    writeLog: () => {},
    overrides: { dataDir },
  })
  expect(worker.problems).toEqual([])
  expect((await api.state.get('said'))?.value).toEqual([
    'api.server.operations is not there on a worker: only a server has it',
    'api.server.identity.accountId is not there on a worker: only a server has it',
    'us-east-1',
  ])
  expect(() => readFileSync(join(dataDir, 'secrets', 'master.key'))).toThrow('ENOENT')
  expect(() => readFileSync(join(dataDir, 'penstock.db'))).toThrow('ENOENT')
})
