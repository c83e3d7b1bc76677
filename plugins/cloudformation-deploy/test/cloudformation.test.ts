import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunActionOptions, runAction, startAwsServer, type TestAwsServer } from '@penstock/core/testkit'
import { cloudFormation } from '../src/provider.js'
import { FakeStacks } from './fake-stacks.js'

const code = mkdtempSync(join(tmpdir(), 'penstock-cloudformation-'))
let stacks: FakeStacks
let server: TestAwsServer

beforeAll(async () => {
  server = await startAwsServer({})
  const file = (name: string, content: unknown) => writeFileSync(join(code, name), JSON.stringify(content))
  file('template.json', { Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } })
  file('config.json', { Parameters: { Size: 1, Name: 'a' }, Tags: { team: 'web' }, StackPolicy: { Statement: [] } })
  file('built.json', { version: 'v7' })
  file('large.json', { Description: 'x'.repeat(60_000) })
})
afterAll(async () => {
  await server.stop()
  rmSync(code, { recursive: true, force: true })
})
beforeEach(() => {
  stacks = new FakeStacks()
  server.answers = stacks.answers
  server.calls.length = 0
})

function run(configuration: Record<string, string>, options: RunActionOptions = {}) {
  const access = { endpoint: server.endpoint, accessKeyId: 'AKIA', secretAccessKey: 'secret', pollSeconds: 0.01 }
  return runAction(
    cloudFormation(access, () => 'eu-central-1'),
    {
      configuration: { StackName: 'site', ...configuration },
      inputs: { Code: code },
      ...options,
    },
  )
}
const createUpdate = { ActionMode: 'CREATE_UPDATE', TemplatePath: 'Code::template.json' }
const input = (operation: string) => server.calls.find((call) => call.operation === operation)?.input
const operations = () => server.calls.map(({ operation }) => operation).filter((name) => !name.startsWith('Describe'))

test('CREATE_UPDATE creates with parameters, tags, policy and role; outputs are variables and a file', async () => {
  const done = await run(
    {
      ...createUpdate,
      TemplateConfiguration: 'Code::config.json',
      ParameterOverrides:
        '{"Name": "b", "Version": {"Fn::GetParam": ["Code", "built.json", "version"]}, "Ids": ["x", "y"]}',
      Capabilities: 'CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND',
      RoleArn: 'arn:aws:iam::000000000000:role/cloudformation',
      OutputFileName: 'outputs.json',
    },
    { outputs: ['Outputs'] },
  )
  expect(done.failure).toBeUndefined()
  expect(input('CreateStack')).toMatchObject({
    StackName: 'site',
    TemplateBody: readFileSync(join(code, 'template.json'), 'utf8'),
    Parameters: [
      { ParameterKey: 'Size', ParameterValue: '1' },
      { ParameterKey: 'Name', ParameterValue: 'b' },
      { ParameterKey: 'Version', ParameterValue: 'v7' },
      { ParameterKey: 'Ids', ParameterValue: 'x,y' },
    ],
    Tags: [{ Key: 'team', Value: 'web' }],
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
    RoleARN: 'arn:aws:iam::000000000000:role/cloudformation',
    StackPolicyBody: '{"Statement":[]}',
  })
  const stackId = stacks.byName('site')?.StackId
  expect(done.result).toEqual({
    summary: 'stack site: created',
    externalExecutionId: stackId,
    outputVariables: { Url: 'https://site.example.com', Size: '1' },
  })
  expect(JSON.parse(readFileSync(join(done.outputs.Outputs ?? '', 'outputs.json'), 'utf8'))).toEqual({
    Url: 'https://site.example.com',
    Size: '1',
  })
  expect(done.log).toContain('CREATE_IN_PROGRESS  AWS::CloudFormation::Stack site')
})

test('CREATE_UPDATE updates a stack that is there, and nothing to update is success', async () => {
  await run(createUpdate)
  const same = await run(createUpdate)
  expect(same.result).toMatchObject({
    summary: 'stack site: nothing to update',
    outputVariables: { Url: expect.any(String) },
  })
  const other = await run({ ...createUpdate, ParameterOverrides: '{"Size": "3"}' })
  expect(other.result).toMatchObject({ summary: 'stack site: updated', outputVariables: { Size: '3' } })
})

test('a failure names what failed first, with its reason', async () => {
  stacks.fails.set('site', 'the name is taken')
  const done = await run(createUpdate)
  expect(done.failure).toMatchObject({
    type: 'JobFailed',
    message: 'StackName site: ROLLBACK_COMPLETE: Bucket (AWS::S3::Bucket): the name is taken',
    externalExecutionId: stacks.byName('site')?.StackId,
  })
})

test('a stack in a failed state: CREATE_UPDATE says which mode helps, REPLACE_ON_FAILURE makes it anew', async () => {
  const failed = stacks.add({ StackName: 'site' }, 'ROLLBACK_COMPLETE')
  const refused = await run(createUpdate)
  expect(refused.failure?.message).toContain('ROLLBACK_COMPLETE state and can not be updated')
  expect(refused.log).toContain('only ActionMode REPLACE_ON_FAILURE')
  const done = await run({ ...createUpdate, ActionMode: 'REPLACE_ON_FAILURE' })
  expect(done.result?.summary).toBe('stack site: created')
  expect(failed.status).toBe('DELETE_COMPLETE')
  expect(stacks.byName('site')?.StackId).not.toBe(failed.StackId)
})

test('REPLACE_ON_FAILURE updates a stack that is well', async () => {
  stacks.add({ StackName: 'site' }, 'UPDATE_COMPLETE')
  const done = await run({ ...createUpdate, ActionMode: 'REPLACE_ON_FAILURE' })
  expect(done.result?.summary).toBe('stack site: updated')
  expect(operations()).toEqual(['UpdateStack'])
})

test('DELETE_ONLY deletes, and that there is nothing to delete is success', async () => {
  stacks.add({ StackName: 'site' }, 'CREATE_COMPLETE')
  expect((await run({ ActionMode: 'DELETE_ONLY' })).result).toMatchObject({
    summary: 'stack site: deleted',
    outputVariables: {},
  })
  expect((await run({ ActionMode: 'DELETE_ONLY' })).result?.summary).toBe('stack site: there is none')
})

test('a change set is made, replaced and executed; one without changes is executed by doing nothing', async () => {
  const replace = { ...createUpdate, ActionMode: 'CHANGE_SET_REPLACE', ChangeSetName: 'next' }
  const execute = { ActionMode: 'CHANGE_SET_EXECUTE', ChangeSetName: 'next' }
  expect((await run(replace)).result).toMatchObject({ summary: 'change set next: 1 change', outputVariables: {} })
  expect(input('CreateChangeSet')).toMatchObject({ ChangeSetType: 'CREATE' })
  const again = await run(replace)
  expect(again.log).toContain('Add  AWS::S3::Bucket Bucket')
  expect(operations()).toEqual(['CreateChangeSet', 'DeleteChangeSet', 'CreateChangeSet'])
  const done = await run(execute)
  expect(done.result).toMatchObject({
    summary: 'change set next executed: CREATE_COMPLETE',
    outputVariables: { Url: 'https://site.example.com' },
  })
  expect((await run(replace)).result?.summary).toBe('change set next: no changes')
  expect((await run(execute)).result).toMatchObject({
    summary: 'change set next has no changes',
    outputVariables: { Url: 'https://site.example.com' },
  })
})

test('a change set that is not there is named, with what makes it', async () => {
  stacks.add({ StackName: 'site' }, 'CREATE_COMPLETE')
  const done = await run({ ActionMode: 'CHANGE_SET_EXECUTE', ChangeSetName: 'next' })
  expect(done.failure?.message).toContain('ChangeSetName next: the stack site has no such change set')
})

describe('a server that died', () => {
  const job = { actionExecutionId: '7c1f3a52-0000-4000-8000-000000000001' }

  test('before its call was answered: the call that came through is not made again', async () => {
    await run(createUpdate, { job })
    server.calls.length = 0
    const done = await run(createUpdate, { job, checkpoint: { step: 'create', stackId: 'site' } })
    expect(done.result?.summary).toBe('stack site: created')
    expect(operations()).toEqual([])
  })

  test('before its call was made: it is made', async () => {
    const done = await run(createUpdate, { job, checkpoint: { step: 'create', stackId: 'site' } })
    expect(done.result?.summary).toBe('stack site: created')
    expect(operations()).toEqual(['CreateStack'])
  })

  test('while the failed stack was deleted: the new one is made', async () => {
    const failed = stacks.add({ StackName: 'site' }, 'DELETE_COMPLETE')
    const checkpoint = { step: 'delete', begun: true, stackId: failed.StackId }
    const done = await run({ ...createUpdate, ActionMode: 'REPLACE_ON_FAILURE' }, { job, checkpoint })
    expect(done.result?.summary).toBe('stack site: created')
    expect(operations()).toEqual(['CreateStack'])
  })
})

test('a template that is too large for a call says what to set', async () => {
  const done = await run({ ...createUpdate, TemplatePath: 'Code::large.json' })
  expect(done.failure).toMatchObject({
    type: 'ConfigurationError',
    message: expect.stringContaining('set plugins.cloudformation-deploy.templateBucket'),
  })
})

test('a path that leads out of the artifact is not read', async () => {
  const done = await run({ ...createUpdate, TemplatePath: 'Code::../../../../../../../../etc/passwd' })
  expect(done.outcome).toBe('failed')
  expect(operations()).toEqual([])
})
