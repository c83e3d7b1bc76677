/** A server on PostgreSQL, and somebody else who is changing the same things. */
import { type Database, openPostgres } from '../../../core/src/store/database.js'
import { startPostgres, type TestPostgres } from '../../../core/src/testkit/postgres.js'
import { World } from '../support/world.js'
import { busy, held, heldWebhook } from './busy.js'

jest.setTimeout(60_000)

let postgres: TestPostgres
let world: World
let stranger: Database
let letGo = async () => {}

/** Keeps every row locked until it is let go. */
async function hold(): Promise<void> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let over: Promise<unknown> = Promise.resolve()
  await new Promise<void>((locked, failed) => {
    over = stranger.db
      .transaction()
      .execute(async (tx) => {
        await tx.selectFrom('pipelines').select('name').forUpdate().execute()
        await tx.selectFrom('webhooks').select('name').forUpdate().execute()
        await tx.selectFrom('custom_action_types').select('type_key').forUpdate().execute()
        locked()
        await released
      })
      .catch(failed)
  })
  letGo = async () => {
    release()
    await over
  }
}

beforeAll(async () => {
  postgres = await startPostgres()
  const url = await postgres.database()
  world = await World.start({ overrides: { 'database.url': `${url}&lock_timeout=300` } })
  await world.call('CreatePipeline', { pipeline: world.declaration({}, held) })
  await world.call('PutWebhook', heldWebhook)
  stranger = await openPostgres(url)
})
afterAll(async () => {
  await stranger?.close()
  await world?.stop()
  await postgres?.stop()
})
beforeEach(hold)
afterEach(() => letGo())

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
  await letGo()
  const { pipelines } = await world.call('ListPipelines', {})
  expect(pipelines).toMatchObject([{ name: held, version: 1 }])
  await world.call('StartPipelineExecution', { name: held })
})
