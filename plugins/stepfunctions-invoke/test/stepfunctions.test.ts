import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AwsError,
  type RunActionOptions,
  runAction,
  startAwsServer,
  type TestAwsServer,
  testActionProvider,
} from '@penstock/core/testkit'
import { stepFunctions } from '../src/provider.js'

const arn = (name: string) => `arn:aws:states:eu-central-1:000000000000:stateMachine:${name}`
/** Executions by name: as the service, one name is one execution. */
const executions = new Map<string, { input: string; looks: number }>()
let begun = 0
let server: TestAwsServer

beforeAll(async () => {
  server = await startAwsServer({
    DescribeStateMachine: ({ stateMachineArn }) => {
      if (!/:(release|express|fails|slow)$/.test(stateMachineArn))
        throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`)
      return { stateMachineArn, type: stateMachineArn.endsWith(':express') ? 'EXPRESS' : 'STANDARD' }
    },
    StartExecution: ({ stateMachineArn, name, input }) => {
      const executionArn = `${stateMachineArn.replace('stateMachine', 'execution')}:${name}`
      const known = executions.get(executionArn)
      if (known && known.input !== input) throw new AwsError('ExecutionAlreadyExists', 'Execution Already Exists')
      if (!known) begun++
      if (!known) executions.set(executionArn, { input, looks: executionArn.includes(':slow:') ? 1e9 : 2 })
      return { executionArn, startDate: 0 }
    },
    DescribeExecution: ({ executionArn }) => {
      const execution = executions.get(executionArn) ?? { looks: 0, input: '' }
      if (--execution.looks > 0) return { executionArn, status: 'RUNNING' }
      return executionArn.includes(':fails:')
        ? { executionArn, status: 'FAILED', error: 'TooLate', cause: 'it is Friday' }
        : { executionArn, status: 'SUCCEEDED', output: '{"Version": "v7", "Count": 3, "Deep": {}}' }
    },
  })
})
afterAll(() => server.stop())

const provider = () =>
  stepFunctions(
    { endpoint: server.endpoint, accessKeyId: 'AKIA', secretAccessKey: 'secret', pollSeconds: 0.01 },
    () => 'us-east-1',
  )
const inputs = { Code: { 'input.json': '{"from": "a file"}', 'wrong.json': '{' } }

testActionProvider('StepFunctions', provider, {
  configuration: { StateMachineArn: arn('release'), InputType: 'FilePath', Input: 'input.json' },
  inputs,
  slow: { configuration: { StateMachineArn: arn('slow') } },
  effects: () => begun,
  bad: [
    { configuration: { StateMachineArn: 'release' }, says: 'StateMachineArn' },
    { configuration: { StateMachineArn: arn('none') }, says: 'State Machine Does Not Exist' },
    { configuration: { Input: '' }, says: 'Input is missing' },
    { configuration: { Input: 'none.json' }, says: 'Input: the artifact Code has no file none.json' },
    { configuration: { Input: 'wrong.json' }, says: 'Input: Code::wrong.json is no JSON' },
    { configuration: { InputType: 'Literal', Input: '{' }, says: 'Input is no JSON' },
  ],
})

const run = (configuration: Record<string, string>, options: RunActionOptions = {}) =>
  runAction(provider(), { configuration: { StateMachineArn: arn('release'), ...configuration }, ...options })
const started = () => server.calls.filter(({ operation }) => operation === 'StartExecution').at(-1)?.input

test('the execution is named after the action execution; its output is variables and an artifact', async () => {
  const job = { actionExecutionId: '1624a1d1-3699-43f0-8e1e-6bafd7fde791' }
  const done = await run({ ExecutionNamePrefix: 'site' }, { job, outputs: ['Out'] })
  expect(started()).toEqual({ stateMachineArn: arn('release'), name: `site-${job.actionExecutionId}`, input: '{}' })
  const executionArn = `arn:aws:states:eu-central-1:000000000000:execution:release:site-${job.actionExecutionId}`
  expect(done.result).toEqual({
    summary: 'SUCCEEDED',
    externalExecutionId: executionArn,
    outputVariables: { Version: 'v7', Count: '3', StateMachineArn: arn('release'), ExecutionArn: executionArn },
  })
  expect(readFileSync(join(done.outputs.Out ?? '', 'output.json'), 'utf8')).toContain('"Version": "v7"')
})

test('a failure says status, error and cause', async () => {
  expect((await run({ StateMachineArn: arn('fails') })).failure).toMatchObject({
    type: 'JobFailed',
    message: `StateMachineArn ${arn('fails')}: FAILED: TooLate: it is Friday`,
  })
})

test('an express state machine is started and not waited for', async () => {
  const done = await run({ StateMachineArn: arn('express'), Input: '{"a": 1}' })
  expect(started()).toMatchObject({ input: '{"a": 1}' })
  expect(done.result?.outputVariables).toEqual({ StateMachineArn: arn('express') })
})

test('of an express one nobody knows whether it was started before the server died', async () => {
  const done = await run({ StateMachineArn: arn('express') }, { checkpoint: { name: 'x' } })
  expect(done.failure?.message).toContain('nobody can tell whether it did')
})
