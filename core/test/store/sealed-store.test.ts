/** What the database holds of secrets, on both sides of the seal. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '../../src/engine/engine.js'
import { secrecyOf } from '../../src/engine/secrets.js'
import { MasterKey } from '../../src/http/master-key.js'
import { type Database, openSqlite } from '../../src/store/database.js'
import { createEngineStore } from '../../src/store/engine-store.js'
import { isAllSealed, type SealRestParts, sealRest } from '../../src/store/seal-rest.js'
import { sealedStore } from '../../src/store/sealed-store.js'
import { action, bench, me, pipeline, stage, testCatalogue } from '../engine/support.js'

const secret = 'correct horse battery staple'
let folder: string
let database: Database

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-sealed-'))
  database = await openSqlite(':memory:')
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

function sealed(catalogue = testCatalogue(), keyFile = 'master.key') {
  const key = MasterKey.load(join(folder, keyFile))
  return bench(
    database,
    catalogue,
    sealedStore(createEngineStore(database), key, (type) => secrecyOf(catalogue, type)),
  )
}

/** Every row of every table, as one text. */
async function everything(): Promise<string> {
  const tables = await database.db.introspection.getTables()
  const rows = tables.map(({ name }) =>
    database.db
      .selectFrom(name as 'jobs')
      .selectAll()
      .execute(),
  )
  return JSON.stringify(await Promise.all(rows))
}

const declared = pipeline([
  { ...stage('Build', []), actions: [action('Make', { configuration: { Secret: secret, Text: 'legible' } })] },
])

test('J3 no table holds a secret in clear, and the worker is handed it in clear', async () => {
  const b = await sealed()
  await b.operations.createPipeline(me, { pipeline: declared })
  await b.finish('Repo')
  const [job] = await b.jobs.claim('worker', ['Build/Custom/Make/1'], 1)
  expect(job?.data.configuration).toEqual({ Secret: secret, Text: 'legible' })
  const rows = await everything()
  expect(rows).not.toContain(secret)
  expect(rows).toContain('legible')
})

test('J3 an update with **** keeps the sealed value, and history shows ****', async () => {
  const b = await sealed()
  const { pipeline: shown } = await b.operations.createPipeline(me, { pipeline: declared })
  expect(JSON.stringify(shown)).toContain('****')
  await b.operations.updatePipeline(me, { pipeline: shown })
  await b.finish('Repo') // X10: of the execution that the update cancels
  await b.operations.startPipelineExecution(me, { name: 'demo' })
  await b.finish('Repo')
  const [job] = await b.jobs.claim('worker', ['Build/Custom/Make/1'], 1)
  expect(job?.data.configuration.Secret).toBe(secret)
  const history = await b.operations.listActionExecutions(me, { pipelineName: 'demo' })
  const made = history.actionExecutionDetails.find((one) => one.actionName === 'Make')
  expect(made?.input.resolvedConfiguration).toEqual({ Secret: '****', Text: 'legible' })
  expect(await everything()).not.toContain(secret)
})

test('a value that looks sealed comes back as it was given', async () => {
  const b = await sealed()
  const odd = '\u0000sealed v1.nonsense'
  const forged = pipeline([{ ...stage('Build', []), actions: [action('Make', { configuration: { Text: odd } })] }])
  await b.engine.store.transact(async (unit) => {
    await unit.createPipeline({ name: 'demo', declaration: forged, version: 1, created: 1, updated: 1, tags: {} }, 'me')
  })
  const found = await b.engine.store.read.pipeline('demo')
  expect(found?.declaration.stages[1]?.actions[0]?.configuration).toEqual({ Text: odd })
})

test('another master key opens nothing, and says of what', async () => {
  await (await sealed()).operations.createPipeline(me, { pipeline: declared })
  const other = await sealed(testCatalogue(), 'other.key')
  await expect(other.engine.store.read.pipeline('demo')).rejects.toThrow(
    "the secret 'Secret' of 'demo' was sealed with another master key",
  )
})

test('what was written in clear before is read, and sealed when it is written again', async () => {
  const before = await bench(database)
  const { pipeline: shown } = await before.operations.createPipeline(me, { pipeline: declared })
  expect(await everything()).toContain(secret)
  const b = await sealed()
  await b.operations.updatePipeline(me, { pipeline: shown })
  const row = await database.db
    .selectFrom('pipeline_versions')
    .select('doc')
    .where('version', '=', 2)
    .executeTakeFirst()
  expect(row?.doc).toContain('sealed v1.')
  expect(row?.doc).not.toContain(secret)
})

test('J3 a type that nobody provides any more has all of its values hidden', async () => {
  const b = await sealed()
  await b.operations.createPipeline(me, { pipeline: declared })
  const engine = createEngine({ ...b.engine, types: testCatalogue({ facts: () => undefined }) })
  const gone = await bench(database, engine.types, engine.store)
  const { pipeline: shown } = await gone.operations.getPipeline(me, { name: 'demo' })
  expect(shown.stages[1]?.actions[0]?.configuration).toEqual({ Secret: '****', Text: '****' })
})

test("W3 a webhook's token is sealed", async () => {
  const { webhooks } = (await sealed()).engine.store
  const definition = {
    name: 'hook',
    targetPipeline: 'demo',
    targetAction: 'Repo',
    filters: [],
    authentication: 'GITHUB_HMAC' as const,
    authenticationConfiguration: { SecretToken: secret },
  }
  await webhooks.change('hook', () => ({ definition, secretPath: 'x', tags: {}, created: 1 }))
  expect(await everything()).not.toContain(secret)
  expect((await webhooks.get('hook'))?.definition).toEqual(definition)
  expect((await webhooks.list())[0]?.definition).toEqual(definition)
})

test('what was written in clear is sealed by going through the tables, once, and from where it was left', async () => {
  const clear = await bench(database) // as an older Penstock wrote
  await clear.operations.createPipeline(me, { pipeline: declared })
  await clear.finish('Repo')
  await clear.finish('Make')
  await clear.operations.startPipelineExecution(me, { name: 'demo' })
  await clear.finish('Repo')
  const tell = async (table: 'pipeline_versions' | 'jobs' | 'action_executions') =>
    (await database.db.selectFrom(table).select('doc').execute()).filter(({ doc }) => doc.includes(secret)).length
  expect([await tell('pipeline_versions'), await tell('jobs'), await tell('action_executions')]).toEqual([1, 2, 2])
  const key = MasterKey.load(join(folder, 'master.key'))
  const catalogue = testCatalogue()
  const { webhooks } = sealedStore(createEngineStore(database), key, () => () => true)
  let pauses = 0
  const stopping = new AbortController()
  const pause = async () => {
    if (++pauses === 2) stopping.abort()
  }
  const parts: SealRestParts = { database, key, secrecy: (type) => secrecyOf(catalogue, type), webhooks, pause }
  const half = await sealRest(parts, {}, stopping.signal)
  expect(isAllSealed(half)).toBe(false)
  expect(await tell('jobs')).toBe(2)
  const whole = await sealRest(parts, half, new AbortController().signal)
  expect(isAllSealed(whole)).toBe(true)
  const rows = await everything()
  expect(rows).not.toContain(secret)
  expect(rows).toContain('legible')
  await sealRest(parts, {}, new AbortController().signal)
  expect(await everything()).toBe(rows)
  const b = await sealed()
  const [job] = await b.jobs.claim('worker', ['Build/Custom/Make/1'], 1)
  expect(job?.data.configuration).toEqual({ Secret: secret, Text: 'legible' })
})
