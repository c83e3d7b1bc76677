/** Every error that the service model declares for an operation, provoked over the wire with AWS's JavaScript client. */

import { World } from '../support/world.js'
import { busy } from './busy.js'
import { declaredPairs } from './declared.js'
import { executions } from './executions.js'
import { history } from './history.js'
import { jobs } from './jobs.js'
import { pipelines } from './pipelines.js'
import { resources } from './resources.js'
import type { Row } from './row.js'
import { validation } from './validation.js'

jest.setTimeout(120_000)

const rows: readonly Row[] = [...validation, ...pipelines, ...executions, ...history, ...jobs, ...resources]

/** Declared, and never answered; with the reason. */
const never: Readonly<Record<string, string>> = {
  'ListRuleTypes InvalidNextTokenException': 'its input has no next token',
  'UpdatePipeline LimitExceededException':
    'an update makes no pipeline more, and the limits of one are its structure’s',
}

const pair = ([operation, error]: Row) => `${operation} ${error}`

test('the tables have every pair that is declared, and no other', () => {
  const told = [...rows, ...busy].map(pair)
  expect([...told, ...Object.keys(never)].sort()).toEqual(declaredPairs().sort())
})

describe('provoked', () => {
  let world: World
  beforeAll(async () => {
    world = await World.start()
  })
  afterAll(() => world?.stop())

  // Filling up the pipelines leaves no room for those of others.
  const last = (row: Row) => (pair(row) === 'CreatePipeline LimitExceededException' ? 1 : 0)

  test.each([...rows].sort((a, b) => last(a) - last(b)))('%s: %s', async (operation, error, input) => {
    const given = await input(world)
    await expect(world.call(operation, given)).rejects.toMatchObject({
      name: error,
      $fault: 'client',
      message: expect.stringMatching(/\w/),
      $metadata: { httpStatusCode: 400 },
    })
  })
})
