/** Each client calls every operation that it knows of, with success, in the course of one story. */
import { World } from '../support/world.js'
import { actionTypes, deletions, partnersType, pipelines } from './chapters/definitions.js'
import { doors, execution, stopped } from './chapters/executions.js'
import { conditions } from './chapters/newest.js'
import { partner, webhooks } from './chapters/outside.js'
import { clientKinds, commandLines, pythons } from './installed.js'

// A process for each call of the command, on machines that may be busy.
jest.setTimeout(300_000)

test('Debian’s clients are there', () => {
  expect(pythons.map(({ name }) => name)).toContainEqual(expect.stringMatching(/ \/usr\/bin\/python3/))
  expect(commandLines.map(({ name }) => name)).toContainEqual(expect.stringMatching(/ \/usr\/(bin|share)\/.*aws/))
})

describe.each(clientKinds.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  let world: World
  let name: string
  beforeAll(async () => {
    world = await World.bare({}, kind)
  })
  afterAll(() => world?.stop())
  const chapter = (title: string, tell: () => Promise<void>) => test(title, tell)

  chapter('makes action types', () => actionTypes(world))
  chapter('makes a pipeline, changes it by its own words, tags it', async () => {
    name = await pipelines(world)
  })
  chapter('shuts a door and opens it', () => doors(world, name))
  chapter('works on an execution until it is approved', () => execution(world, name))
  chapter('brings a revision, and stops what comes of it', () => stopped(world, name))
  chapter('sets up a webhook', () => webhooks(world, name))
  chapter('is a partner', async () => {
    await partnersType(world)
    await partner(world)
  })
  chapter('overrides a condition, rolls back, looks at targets', async () => {
    if (world.client.operations.includes('RollbackStage')) await conditions(world)
  })
  chapter('deletes what it made', () => deletions(world, name))
  test('has called every operation that it knows', () => {
    expect([...world.called].sort()).toEqual([...world.client.operations].sort())
    expect(world.called.size).toBeGreaterThanOrEqual(39)
  })
})
