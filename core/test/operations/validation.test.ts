import { operationNamed, operationNames } from '../../../plugins/aws-api/test/support/operations.js'
import { pipeline } from '../../../plugins/aws-api/test/support/pipelines.js'
import { read } from '../../src/shape/reader.js'

const input = (name: string, value: unknown) => {
  const operation = operationNamed(name)
  if (!operation) throw new Error(`there is no operation ${name}`)
  return read(operation.input, value)
}
const one = (place: string, constraint: string) =>
  `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${constraint}`
const uuid = '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11'
const uuidPattern = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const namePattern = '[A-Za-z0-9.@\\-_]+'
/** The pipeline of the tests, with one thing changed. */
const changed = (change: (p: ReturnType<typeof pipeline> & Record<string, unknown>) => void) => {
  const copy = structuredClone(pipeline())
  change(copy)
  return { pipeline: copy }
}
const action = (change: Record<string, unknown>) =>
  changed((p) => Object.assign((p.stages[1]?.actions[0] ?? {}) as object, change))
const place = 'pipeline.stages.2.member.actions.1.member'

describe('what the model forbids is answered in CodePipeline’s words', () => {
  test.each<[string, string, unknown, string]>([
    ['a missing member', 'GetPipeline', {}, one('name', 'Member must not be null')],
    ['null for a required member', 'GetPipeline', { name: null }, one('name', 'Member must not be null')],
    [
      'a text that is too long',
      'GetPipeline',
      { name: 'x'.repeat(101) },
      one('name', 'Member must have length less than or equal to 100'),
    ],
    [
      'a text that breaks a pattern',
      'GetPipeline',
      { name: 'my pipeline' },
      one('name', `Member must satisfy regular expression pattern: ${namePattern}`),
    ],
    [
      'a pattern that matches only a line of it',
      'GetPipeline',
      { name: 'good\nbad' },
      one('name', `Member must satisfy regular expression pattern: ${namePattern}`),
    ],
    [
      'an empty text, which is wrong twice',
      'GetPipeline',
      { name: '' },
      `2 validation errors detected: Value at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; Value at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ${namePattern}`,
    ],
    [
      'a number that is too small',
      'GetPipeline',
      { name: 'shop', version: 0 },
      one('version', 'Member must have value greater than or equal to 1'),
    ],
    [
      'a number that is too large',
      'ListPipelineExecutions',
      { pipelineName: 'shop', maxResults: 101 },
      one('maxResults', 'Member must have value less than or equal to 100'),
    ],
    [
      'an enum',
      'RetryStageExecution',
      { pipelineName: 'shop', stageName: 'Build', pipelineExecutionId: uuid, retryMode: 'ALL' },
      one('retryMode', 'Member must satisfy enum value set: [FAILED_ACTIONS, ALL_ACTIONS]'),
    ],
    [
      'an id that is no UUID',
      'GetPipelineExecution',
      { pipelineName: 'shop', pipelineExecutionId: uuid.toUpperCase() },
      one('pipelineExecutionId', `Member must satisfy regular expression pattern: ${uuidPattern}`),
    ],
    [
      'the reason of a closed door (T3)',
      'DisableStageTransition',
      { pipelineName: 'shop', stageName: 'Build', transitionType: 'Inbound', reason: 'freeze & thaw' },
      one('reason', 'Member must satisfy regular expression pattern: [a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]+'),
    ],
    [
      'a configuration value that is too long',
      'CreatePipeline',
      action({ configuration: { Task: 'x'.repeat(1001), Other: '' } }),
      one(
        `${place}.configuration`,
        'Map value must satisfy constraint: [Member must have length less than or equal to 1000, Member must have length greater than or equal to 1]',
      ),
    ],
    [
      'a configuration key that is too long',
      'CreatePipeline',
      action({ configuration: { [`K${'x'.repeat(50)}`]: 'v' } }),
      one(
        `${place}.configuration`,
        'Map keys must satisfy constraint: [Member must have length less than or equal to 50, Member must have length greater than or equal to 1]',
      ),
    ],
    [
      'a list of texts',
      'UntagResource',
      { resourceArn: 'arn:aws:codepipeline:eu-central-1:123456789012:shop', tagKeys: ['good', 'x'.repeat(129)] },
      one(
        'tagKeys',
        'Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]',
      ),
    ],
    [
      'a list that is too short',
      'CreatePipeline',
      action({ commands: [] }),
      one(`${place}.commands`, 'Member must have length greater than or equal to 1'),
    ],
    [
      'a list that is too long (W2)',
      'PutWebhook',
      {
        webhook: {
          name: 'hook',
          targetPipeline: 'shop',
          targetAction: 'Fetch',
          filters: Array.from({ length: 6 }, () => ({ jsonPath: '$.ref' })),
          authentication: 'UNAUTHENTICATED',
          authenticationConfiguration: {},
        },
      },
      one('webhook.filters', 'Member must have length less than or equal to 5'),
    ],
    [
      'a map that is too large (J5)',
      'PollForJobs',
      {
        actionTypeId: { category: 'Build', owner: 'Custom', provider: 'P', version: '1' },
        queryParam: { a: 'b', c: 'd' },
      },
      one('queryParam', 'Member must have length less than or equal to 1'),
    ],
    [
      'a structure within a map',
      'CreatePipeline',
      changed((p) => Object.assign(p, { artifactStores: { 'eu-central-1': { type: 'S3', location: 'a b' } } })),
      one(
        'pipeline.artifactStores.eu-central-1.member.location',
        'Member must satisfy regular expression pattern: [a-zA-Z0-9\\-\\.]+',
      ),
    ],
    [
      'null within a list',
      'CreatePipeline',
      changed((p) => Object.assign(p, { stages: [null] })),
      one('pipeline.stages.1.member', 'Member must not be null'),
    ],
    [
      'something deep within (CDK issue 12747)',
      'CreatePipeline',
      action({ runOrder: 1000 }),
      one(`${place}.runOrder`, 'Member must have value less than or equal to 999'),
    ],
  ])('%s: %s', (_, name, value, message) => {
    expect(() => input(name, value)).toThrow(expect.objectContaining({ code: 'ValidationException', message }))
  })

  test('all problems at once, in the order of the request', () => {
    expect(() =>
      input('StopPipelineExecution', { pipelineName: 'a b', pipelineExecutionId: 'x', reason: 'x'.repeat(201) }),
    ).toThrow(/^3 validation errors detected: Value at 'pipelineName' .*; Value at 'pipelineExecutionId' .*; Value at/)
  })

  test('many problems are told up to a limit', () => {
    const variables = Array.from({ length: 50 }, () => ({ name: '', value: '' }))
    expect(() => input('StartPipelineExecution', { name: 'shop', variables })).toThrow(
      /^150 validation errors detected: .*; and 100 more$/,
    )
  })

  test('no value is ever quoted', () => {
    const secret = 'hunter2 hunter2'
    const webhook = {
      name: secret,
      targetPipeline: secret,
      targetAction: secret,
      filters: [{ jsonPath: '' }],
      authentication: secret,
      authenticationConfiguration: { SecretToken: secret.repeat(20) },
    }
    expect(() => input('PutWebhook', { webhook })).toThrow(/^6 validation errors/)
    expect(() => input('PutWebhook', { webhook })).not.toThrow(/hunter2/)
  })
})

describe('another type than the model’s cannot be read at all', () => {
  test.each<[string, string, unknown, string]>([
    ['a number for a text', 'GetPipeline', { name: 1 }, "NUMBER_VALUE can not be converted to a String at 'name'"],
    [
      'a text for a number',
      'GetPipeline',
      { name: 'shop', version: '1' },
      "STRING_VALUE can not be converted to an Integer at 'version'",
    ],
    [
      'a fraction for a whole number',
      'GetPipeline',
      { name: 'shop', version: 1.5 },
      "DECIMAL_VALUE can not be converted to an Integer at 'version'",
    ],
    [
      'more than 32 bits',
      'GetPipeline',
      { name: 'shop', version: 2 ** 31 },
      "NUMBER_VALUE can not be converted to an Integer at 'version'",
    ],
    [
      'a text for a boolean',
      'StopPipelineExecution',
      { pipelineName: 'shop', pipelineExecutionId: uuid, abandon: 'true' },
      "STRING_VALUE can not be converted to a Boolean at 'abandon'",
    ],
    ['a list for a structure', 'GetPipeline', [], 'START_ARRAY can not be converted to a Structure'],
    ['null for everything', 'ListPipelines', null, 'NULL_VALUE can not be converted to a Structure'],
    [
      'a structure for a list',
      'CreatePipeline',
      changed((p) => Object.assign(p, { stages: {} })),
      "START_OBJECT can not be converted to a List at 'pipeline.stages'",
    ],
    [
      'a number in a map of texts',
      'CreatePipeline',
      action({ configuration: { Port: 80 } }),
      `NUMBER_VALUE can not be converted to a String at '${place}.configuration'`,
    ],
    [
      'a text for a timestamp',
      'PutActionRevision',
      {
        pipelineName: 'a',
        stageName: 'b',
        actionName: 'c',
        actionRevision: { revisionId: 'd', revisionChangeId: 'e', created: '2030-01-01T00:00:00Z' },
      },
      "STRING_VALUE can not be converted to a Timestamp at 'actionRevision.created'",
    ],
    [
      'a time beyond all calendars',
      'PutActionRevision',
      {
        pipelineName: 'a',
        stageName: 'b',
        actionName: 'c',
        actionRevision: { revisionId: 'd', revisionChangeId: 'e', created: 1e300 },
      },
      "NUMBER_VALUE can not be converted to a Timestamp at 'actionRevision.created'",
    ],
  ])('%s', (_, name, value, message) => {
    expect(() => input(name, value)).toThrow(expect.objectContaining({ code: 'SerializationException', message }))
  })
})

describe('what is read', () => {
  test('is what was sent, without what the model does not know', () => {
    const sent = { pipeline: { ...pipeline(3), surprise: 1 }, more: [] }
    expect(input('CreatePipeline', sent)).toEqual({ pipeline: pipeline(3) })
  })

  test('takes null for absent', () => {
    expect(input('ListPipelines', { nextToken: null })).toEqual({})
  })

  test('takes timestamps with and without a fraction', () => {
    const revision = (created: number) => ({
      pipelineName: 'a',
      stageName: 'b',
      actionName: 'c',
      actionRevision: { revisionId: 'd', revisionChangeId: 'e', created },
    })
    for (const [seconds, date] of [
      [1_700_000_000, new Date(1_700_000_000_000)],
      [1_700_000_000.25, new Date(1_700_000_000_250)],
    ] as const) {
      expect(input('PutActionRevision', revision(seconds))).toMatchObject({ actionRevision: { created: date } })
    }
  })

  test('keeps a key called __proto__ as data', () => {
    const sent = JSON.parse('{"jobId":"0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11","outputVariables":{"__proto__":"x"}}')
    const { outputVariables } = input('PutJobSuccessResult', sent) as { outputVariables: object }
    expect(Object.getPrototypeOf(outputVariables)).toBe(Object.prototype)
    expect(Object.entries(outputVariables)).toEqual([['__proto__', 'x']])
  })

  test('does not see inherited members', () => {
    expect(() => input('GetPipeline', Object.create({ name: 'shop' }))).toThrow(/must not be null/)
  })

  // Backtracking would take hours of these million characters.
  test('is not slow for an ARN that is made to be', () => {
    const resourceArn = `arn:aws:codepipeline:${':000000000000:'.repeat(70_000)}\n`
    expect(() => input('ListTagsForResource', { resourceArn })).toThrow(/pattern/)
  })
})

test('every operation of the service is there', () => {
  expect(operationNames).toHaveLength(44)
  for (const name of operationNames) expect(operationNamed(name)?.name).toBe(name)
  expect(operationNamed('constructor')).toBeUndefined()
})
