/** Each client's own paginators, for every list that has one: all pages, everything once. No client has waiters for this service. */
import { join } from 'node:path'
import { putThirdPartyType } from '../../../core/src/engine/third-party.js'
import { openSqlite } from '../../../core/src/store/database.js'
import { createEngineStore } from '../../../core/src/store/engine-store.js'
import { artifactDetails, partnerType, type World as Started, World } from '../support/world.js'
import type { Client } from './client.js'
import { clientKinds } from './installed.js'

jest.setTimeout(300_000)

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => index + from)
const check = (index: number) => ({
  name: `Check-${index}`,
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' } as const,
  configuration: { Variable: 'a', Value: 'a', Operator: 'EQ' },
})

/** Enough of everything for three pages of two, and of action types for two of a hundred. */
let world: Started
let pipelineName: string
let actionExecutionId: string

async function manyTypes(dataDir: string): Promise<Record<string, unknown>> {
  const database = await openSqlite(join(dataDir, 'penstock.db'))
  const store = createEngineStore(database)
  const executor = { type: 'JobWorker', configuration: {} } as const
  for (const index of numbers(120)) {
    const id = { ...partnerType, version: String(index) }
    await putThirdPartyType(store, { id, executor, ...artifactDetails })
  }
  await database.close()
  return {}
}

async function manyTargets(): Promise<void> {
  const { actionExecutionDetails } = await world.call('ListActionExecutions', { pipelineName })
  actionExecutionId = (actionExecutionDetails as { actionExecutionId: string }[])[0]?.actionExecutionId ?? ''
  const database = await openSqlite(join(world.server.server.config.dataDir, 'penstock.db'))
  const targets = numbers(5).map((index) => {
    return { targetId: `host-${index}`, targetType: 'INSTANCE', status: 'Succeeded', events: [] }
  })
  await createEngineStore(database).transact((unit) => unit.putDeployTargets(actionExecutionId, targets))
  await database.close()
}

beforeAll(async () => {
  world = await World.start({ prepare: manyTypes })
  const rules = numbers(5).map(check)
  const door = { beforeEntry: { conditions: [{ result: 'FAIL' as const, rules }] } }
  const started = await world.withBuild(door, { executionMode: 'QUEUED', pipelineType: 'V2' })
  pipelineName = started.pipelineName
  await world.succeed(pipelineName)
  await world.job(pipelineName, 'Build') // its rules are over
  for (const _ of numbers(4)) await world.call('StartPipelineExecution', { name: pipelineName })
  for (const _ of numbers(4)) await world.pipeline()
  const resourceArn = world.arn(pipelineName)
  await world.call('TagResource', { resourceArn, tags: numbers(5).map((n) => ({ key: `k${n}`, value: '' })) })
  for (const index of numbers(5)) {
    const webhook = {
      name: `hook-${index}`,
      targetPipeline: pipelineName,
      targetAction: 'Fetch',
      filters: [],
      authentication: 'UNAUTHENTICATED',
      authenticationConfiguration: {},
    }
    await world.call('PutWebhook', { webhook })
  }
  await manyTargets()
})
afterAll(() => world?.stop())

/** Each list: its input, how many there are, what tells one item from another, how large its pages are. */
const lists: readonly [string, () => object, number, (item: never) => unknown][] = [
  ['ListPipelines', () => ({}), 5, (item: { name: string }) => item.name],
  [
    'ListPipelineExecutions',
    () => ({ pipelineName }),
    5,
    (item: { pipelineExecutionId: string }) => item.pipelineExecutionId,
  ],
  [
    'ListActionExecutions',
    () => ({ pipelineName }),
    3,
    (item: { actionExecutionId: string }) => item.actionExecutionId,
  ],
  ['ListRuleExecutions', () => ({ pipelineName }), 5, (item: { ruleExecutionId: string }) => item.ruleExecutionId],
  ['ListWebhooks', () => ({}), 5, (item: { arn: string }) => item.arn],
  ['ListTagsForResource', () => ({ resourceArn: world.arn(pipelineName) }), 5, (item: { key: string }) => item.key],
  [
    'ListDeployActionExecutionTargets',
    () => ({ pipelineName, actionExecutionId }),
    5,
    (item: { targetId: string }) => item.targetId,
  ],
]

describe.each(clientKinds.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  let client: Client
  beforeAll(async () => {
    client = await kind.start(world.server)
  })
  afterAll(() => client?.stop())

  test.each(lists)('%s', async (operation, input, count, key) => {
    if (!client.operations.includes(operation)) return
    const { requests, items } = await client.pages(operation, input(), 2)
    expect(new Set(items.map((item) => key(item as never))).size).toBe(count)
    expect(items).toHaveLength(count)
    if (requests !== undefined) expect(requests).toBe(Math.ceil(count / 2))
  })

  test('ListActionTypes, which has no page size', async () => {
    const { requests, items } = await client.pages('ListActionTypes', {}, undefined)
    const partners = items.filter((item) => (item as { id: { provider: string } }).id.provider === partnerType.provider)
    expect(partners).toHaveLength(120)
    if (requests !== undefined) expect(requests).toBe(2)
  })
})
