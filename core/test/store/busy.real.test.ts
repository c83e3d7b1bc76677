/** What becomes of a change that another one stands in the way of: two servers, and somebody who keeps a row locked. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import type { Operations } from '../../src/operations/table.js'
import { type Database, openPostgres, openSqlite } from '../../src/store/database.js'
import { startPostgres, type TestPostgres } from '../../src/testkit/postgres.js'
import { type Bench, bench, me, pipeline, stage } from '../engine/support.js'

const waitsFor = 200
const arn = 'arn:aws:codepipeline:eu-central-1:123456789012'
const uuid = '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11'
const ref = { pipelineName: 'demo', stageName: 'Build' }
const counts = { minimumCount: 0, maximumCount: 1 }
const type = { category: 'Build', provider: 'Jenkins', version: '1' } as const
const custom = { ...type, inputArtifactDetails: counts, outputArtifactDetails: counts }
const webhook = {
  name: 'hook',
  targetPipeline: 'demo',
  targetAction: 'Repo',
  filters: [],
  authentication: 'UNAUTHENTICATED',
  authenticationConfiguration: {},
} as const
const tags = [{ key: 'a', value: 'b' }]

let postgres: TestPostgres
let url: string
let one: Bench
let other: Bench
/** Somebody else's connection. */
let stranger: pg.Client
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres?.stop())
beforeEach(async () => {
  url = await postgres.database()
  one = await bench(await openPostgres(url, { lockTimeoutMs: waitsFor }))
  other = await bench(await openPostgres(url, { lockTimeoutMs: waitsFor }))
  stranger = new pg.Client({ connectionString: url })
  await stranger.connect()
  await one.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  await one.operations.createCustomActionType(me, custom)
  await one.operations.putWebhook(me, { webhook })
})
afterEach(async () => {
  await stranger.end()
  await one.close()
  await other.close()
})

const hold = async (table: string) => {
  await stranger.query('begin')
  await stranger.query(`select * from ${table} for update`)
}
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error) => error.code ?? error.name,
  )

type Call = (operations: Operations) => Promise<unknown>
const execution = { ...ref, pipelineExecutionId: uuid }
const resourceArn = `${arn}:demo`

test.each<[string, string, string, Call]>([
  ['StartPipelineExecution', 'pipelines', 'ConflictException', (o) => o.startPipelineExecution(me, { name: 'demo' })],
  ['StopPipelineExecution', 'pipelines', 'ConflictException', (o) => o.stopPipelineExecution(me, execution)],
  [
    'RetryStageExecution',
    'pipelines',
    'ConflictException',
    (o) => o.retryStageExecution(me, { ...execution, retryMode: 'ALL_ACTIONS' }),
  ],
  [
    'RollbackStage',
    'pipelines',
    'ConflictException',
    (o) => o.rollbackStage(me, { ...ref, targetPipelineExecutionId: uuid }),
  ],
  [
    'OverrideStageCondition',
    'pipelines',
    'ConflictException',
    (o) => o.overrideStageCondition(me, { ...execution, conditionType: 'BEFORE_ENTRY' }),
  ],
  ['DeletePipeline', 'pipelines', 'ConcurrentModificationException', (o) => o.deletePipeline(me, { name: 'demo' })],
  ['TagResource', 'pipelines', 'ConcurrentModificationException', (o) => o.tagResource(me, { resourceArn, tags })],
  [
    'UntagResource',
    'pipelines',
    'ConcurrentModificationException',
    (o) => o.untagResource(me, { resourceArn, tagKeys: ['a'] }),
  ],
  ['PutWebhook', 'webhooks', 'ConcurrentModificationException', (o) => o.putWebhook(me, { webhook })],
  ['DeleteWebhook', 'webhooks', 'ConcurrentModificationException', (o) => o.deleteWebhook(me, { name: 'hook' })],
  [
    'TagResource of a webhook',
    'webhooks',
    'ConcurrentModificationException',
    (o) => o.tagResource(me, { resourceArn: `${arn}:webhook:hook`, tags }),
  ],
  [
    'DeleteCustomActionType',
    'custom_action_types',
    'ConcurrentModificationException',
    (o) => o.deleteCustomActionType(me, type),
  ],
  [
    'CreateCustomActionType',
    'custom_action_types',
    'ConcurrentModificationException',
    (o) => o.createCustomActionType(me, custom),
  ],
  [
    'DisableStageTransition, which declares nothing for it',
    'pipelines',
    'Busy',
    (o) => o.disableStageTransition(me, { ...ref, transitionType: 'Inbound', reason: 'x' }),
  ],
])('%s, while %s is locked: %s, and nothing is changed', async (_name, table, code, call) => {
  await hold(table)
  const before = await one.executions()
  expect(await codeOf(call(one.operations))).toBe(code)
  await stranger.query('rollback')
  expect(await one.executions()).toEqual(before)
  expect(await one.operations.listWebhooks(me, {})).toMatchObject({ webhooks: [{ tags: [] }] })
})

describe('a name that another server is just taking', () => {
  const taken = pipeline([stage('Build', ['a'])], { name: 'taken' })
  const create = () => codeOf(one.operations.createPipeline(me, { pipeline: taken }))
  const insert = async () => {
    await stranger.query('begin')
    await stranger.query(`insert into pipelines (name, version, sequence, doc) values ('taken', 1, 0, '{}')`)
  }
  /** Resolves once somebody waits for the stranger. */
  const waited = async () => {
    for (;;) {
      const { rows } = await stranger.query('select count(*)::int as n from pg_locks where not granted')
      if (rows[0].n > 0) return
    }
  }

  test('is in use once that one is done', async () => {
    await insert()
    const created = create()
    await waited()
    await stranger.query('commit')
    expect(await created).toBe('PipelineNameInUseException')
  })

  test('is free when that one failed', async () => {
    await insert()
    const created = create()
    await waited()
    await stranger.query('rollback')
    expect(await created).toBe('done')
  })

  test('is not waited for without end', async () => {
    await insert()
    expect(await create()).toBe('ConcurrentModificationException')
  })

  test('S19: is an invalid structure once everybody can see it', async () => {
    expect(await create()).toBe('done')
    expect(await codeOf(other.operations.createPipeline(me, { pipeline: taken }))).toBe('InvalidStructureException')
  })

  test('belongs to one of two servers that create it at once', async () => {
    const both = await Promise.all(
      [one, other].map((b) => codeOf(b.operations.createPipeline(me, { pipeline: taken }))),
    )
    expect(both).toContain('done')
    expect(both.find((code) => code !== 'done')).toMatch(/^(PipelineNameInUse|InvalidStructure)Exception$/)
  })
})

test('S21: of tags set at once by two servers none is lost', async () => {
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
  const put = (key: string, index: number) =>
    (index % 2 ? one : other).operations.tagResource(me, { resourceArn, tags: [{ key, value: 'v' }] })
  await Promise.all(keys.map(put))
  const { tags: kept } = await one.operations.listTagsForResource(me, { resourceArn })
  expect(kept.map(({ key }) => key).sort()).toEqual([...keys].sort())
})

test('S21: nor of those of a webhook', async () => {
  const webhookArn = `${arn}:webhook:hook`
  const put = (key: string, index: number) =>
    (index % 2 ? one : other).operations.tagResource(me, { resourceArn: webhookArn, tags: [{ key, value: 'v' }] })
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(put))
  expect((await one.operations.listTagsForResource(me, { resourceArn: webhookArn })).tags).toHaveLength(6)
})

test('a deadlock or a lost race is tried again, and told as busy when that does not help', async () => {
  const database: Database = one.database
  let tries = 0
  const lost = () => {
    tries++
    throw Object.assign(new Error('could not serialize access'), { code: '40001' })
  }
  await expect(database.write(async () => lost())).rejects.toMatchObject({ name: 'Busy', why: 'held' })
  expect(tries).toBe(3)
})

test('SQLite: another process that writes to the file for too long', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-busy-'))
  const file = join(folder, 'penstock.db')
  const b = await bench(await openSqlite(file, 50))
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  const shell = new Sqlite(file)
  shell.exec('begin immediate')
  const start = () => codeOf(b.operations.startPipelineExecution(me, { name: 'demo' }))
  expect(await start()).toBe('ConflictException')
  shell.exec('rollback')
  expect(await start()).toBe('done')
  shell.close()
  await b.close()
  rmSync(folder, { recursive: true })
})
