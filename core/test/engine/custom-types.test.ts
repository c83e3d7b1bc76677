import { Catalogue } from '../../src/app/type-catalogue.js'
import { ProviderRegistry } from '../../src/host/registry.js'
import { openSqlite } from '../../src/store/database.js'
import { createEngineStore } from '../../src/store/engine-store.js'
import { action, type Bench, bench, me, pipeline, stage } from './support.js'

let b: Bench
beforeEach(async () => {
  const database = await openSqlite(':memory:')
  const registry = new ProviderRegistry()
  registry.addAction('test', {
    category: 'Source',
    provider: 'Repo',
    outputArtifacts: 1,
    configuration: { Branch: { description: 'branch' } },
    run: async () => {},
  })
  const catalogue = new Catalogue(registry, createEngineStore(database))
  const types = Object.fromEntries(
    [
      'facts',
      'ruleFacts',
      'describe',
      'properties',
      'ruleProperties',
      'judge',
      'list',
      'listRules',
      'describeRule',
      'judgeRule',
      'refresh',
    ].map((name) => [name, catalogue[name as 'list'].bind(catalogue)]),
  )
  b = await bench(database, types)
})
afterEach(() => b.close())

const details = { minimumCount: 0, maximumCount: 1 }
const jenkins = {
  category: 'Build' as const,
  provider: 'MyJenkins',
  version: '1',
  inputArtifactDetails: details,
  outputArtifactDetails: details,
  settings: {
    entityUrlTemplate: 'http://ci/job/{Config:ProjectName}',
    executionUrlTemplate: 'http://ci/job/{Config:ProjectName}/{ExternalExecutionId}',
  },
  configurationProperties: [{ name: 'ProjectName', required: true, key: true, secret: false, queryable: true }],
}
const id = { category: 'Build', owner: 'Custom', provider: 'MyJenkins', version: '1' } as const

test('J1: a custom action type is created, listed, and used in a pipeline', async () => {
  const { actionType } = await b.operations.createCustomActionType(me, jenkins)
  expect(actionType.id).toEqual(id)
  const { actionTypes } = await b.operations.listActionTypes(me, { actionOwnerFilter: 'Custom' })
  expect(actionTypes.map((one) => one.id.provider)).toEqual(['MyJenkins', 'Repo'])
  await b.operations.createPipeline(me, {
    pipeline: pipeline([stage('Build', [action('a', { actionTypeId: id, configuration: { ProjectName: 'web' } })])]),
  })
})

test('J4, J5, J8: polled by its queryable property; its links are filled in', async () => {
  await b.operations.createCustomActionType(me, jenkins)
  await b.operations.createPipeline(me, {
    pipeline: pipeline([stage('Build', [action('a', { actionTypeId: id, configuration: { ProjectName: 'web' } })])]),
  })
  await b.finish('Repo')
  const poll = (queryParam?: Record<string, string>) => b.operations.pollForJobs(me, { actionTypeId: id, queryParam })
  await expect(poll()).rejects.toMatchObject({
    code: 'ValidationException',
    message: expect.stringContaining("'ProjectName'"),
  })
  expect((await poll({ ProjectName: 'other' })).jobs).toEqual([])
  const [job] = (await poll({ ProjectName: 'web' })).jobs
  await b.operations.acknowledgeJob(me, { jobId: job?.id ?? '', nonce: job?.nonce ?? '' })
  await b.operations.putJobSuccessResult(me, { jobId: job?.id ?? '', executionDetails: { externalExecutionId: '12' } })
  const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
  expect(stageStates[1]?.actionStates[0]).toMatchObject({
    entityUrl: 'http://ci/job/web',
    latestExecution: { externalExecutionUrl: 'http://ci/job/web/12' },
  })
})

test.each([
  {
    it: 'two queryable properties',
    properties: [
      { name: 'A', required: true, key: true, secret: false, queryable: true },
      { name: 'B', required: true, key: true, secret: false, queryable: true },
    ],
    says: "'A', 'B' are",
  },
  {
    it: 'a secret queryable property',
    properties: [{ name: 'A', required: true, key: true, secret: true, queryable: true }],
    says: 'required and not secret',
  },
  {
    it: 'eleven properties',
    properties: Array.from({ length: 11 }, (_, index) => ({
      name: `P${index}`,
      required: false,
      key: false,
      secret: false,
    })),
    says: 'at most 10',
  },
])('J2: $it are refused', async ({ properties, says }) => {
  const wrong = b.operations.createCustomActionType(me, { ...jenkins, configurationProperties: properties })
  await expect(wrong).rejects.toMatchObject({ code: 'ValidationException', message: expect.stringContaining(says) })
})

test('J11: deleted, polling fails; the version comes back only as it was', async () => {
  await b.operations.createCustomActionType(me, jenkins)
  await b.operations.deleteCustomActionType(me, id)
  await b.operations.deleteCustomActionType(me, id)
  await expect(b.operations.pollForJobs(me, { actionTypeId: id })).rejects.toMatchObject({
    code: 'ActionTypeNotFoundException',
  })
  const changed = { ...jenkins, configurationProperties: [] }
  await expect(b.operations.createCustomActionType(me, changed)).rejects.toMatchObject({
    code: 'ActionTypeAlreadyExistsException',
    message: expect.stringContaining('was deleted and can only be created again as it was'),
  })
  await b.operations.createCustomActionType(me, jenkins)
})

test.each([
  { it: 'as it is', change: {}, code: 'ValidationException' },
  {
    it: 'with other artifacts',
    change: { outputArtifactDetails: { minimumCount: 1, maximumCount: 1 } },
    code: 'ActionTypeAlreadyExistsException',
  },
  { it: 'without its links', change: { settings: {} }, code: 'ActionTypeAlreadyExistsException' },
])('J11: one that is there cannot be created again $it', async ({ change, code }) => {
  await b.operations.createCustomActionType(me, jenkins)
  await expect(b.operations.createCustomActionType(me, { ...jenkins, ...change })).rejects.toMatchObject({ code })
})

test('S21: a deleted type carries no tags any more', async () => {
  await b.operations.createCustomActionType(me, { ...jenkins, tags: [{ key: 'a', value: 'b' }] })
  const resourceArn = 'arn:aws:codepipeline:eu-central-1:123456789012:actiontype:Custom/Build/MyJenkins/1'
  expect((await b.operations.listTagsForResource(me, { resourceArn })).tags).toEqual([{ key: 'a', value: 'b' }])
  await b.operations.deleteCustomActionType(me, id)
  await expect(b.operations.listTagsForResource(me, { resourceArn })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  })
})

test('S7: of other regions only what can be used there is listed', async () => {
  await b.operations.createCustomActionType(me, jenkins)
  const listed = async (regionFilter: string) =>
    (await b.operations.listActionTypes(me, { regionFilter })).actionTypes.map((one) => one.id.provider)
  expect(await listed('eu-central-1')).toEqual(['MyJenkins', 'Repo'])
  expect(await listed('eu-west-1')).toEqual([])
})
