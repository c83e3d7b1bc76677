/** A server on PostgreSQL, and somebody else who is changing the same things. */
import pg from 'pg'
import { startPostgres, type TestPostgres } from '../../../core/src/testkit/postgres.js'
import { World } from '../support/world.js'
import { busy, held, heldWebhook } from './busy.js'

jest.setTimeout(60_000)

let postgres: TestPostgres
let world: World
let stranger: pg.Client

beforeAll(async () => {
  postgres = await startPostgres()
  const url = await postgres.database()
  world = await World.start({ overrides: { 'database.url': `${url}&lock_timeout=300` } })
  await world.call('CreatePipeline', { pipeline: world.declaration({}, held) })
  await world.call('PutWebhook', heldWebhook)
  stranger = new pg.Client({ connectionString: url })
  await stranger.connect()
})
afterAll(async () => {
  await stranger?.end()
  await world?.stop()
  await postgres?.stop()
})
beforeEach(async () => {
  await stranger.query('begin')
  for (const table of ['pipelines', 'webhooks', 'custom_action_types']) {
    await stranger.query(`select * from ${table} for update`)
  }
})
afterEach(() => stranger.query('rollback'))

test.each(busy)('%s: %s', async (operation, error, input) => {
  await expect(world.call(operation, await input(world))).rejects.toMatchObject({
    name: error,
    $metadata: { httpStatusCode: 400 },
  })
})

test('an operation that declares no such error is answered with one that every client sends again', async () => {
  const input = { pipelineName: held, stageName: 'Build', transitionType: 'Inbound', reason: 'x' }
  await expect(world.call('DisableStageTransition', input)).rejects.toMatchObject({
    name: 'ServiceUnavailableException',
    $metadata: { httpStatusCode: 503 },
  })
})

test('reading waits for nobody', async () => {
  await world.call('GetPipelineState', { name: held })
  await world.call('ListWebhooks', {})
})

test('afterwards everything is as it was', async () => {
  await stranger.query('rollback')
  const { pipelines } = await world.call('ListPipelines', {})
  expect(pipelines).toMatchObject([{ name: held, version: 1 }])
  await world.call('StartPipelineExecution', { name: held })
})
