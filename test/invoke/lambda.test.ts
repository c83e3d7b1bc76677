/** An unmodified Lambda function in a whole server: it continues itself (J7), reads and writes artifacts, and reports. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ActionDeclaration,
  CodePipelineClient,
  CreatePipelineCommand,
  ListActionExecutionsCommand,
  ListRuleExecutionsCommand,
} from '@aws-sdk/client-codepipeline'
import { type RunningServer, startServer } from '@penstock/core/server'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'
import { eventually } from '../aws/support/eventually.js'

jest.setTimeout(60_000)

let git: TestGitServer
let dataDir: string
let server: RunningServer
let client: CodePipelineClient

beforeAll(async () => {
  git = await startGitServer()
  dataDir = mkdtempSync(join(tmpdir(), 'penstock-invoke-'))
  const overrides = { 'plugins.lambda-invoke.continuationSeconds': 0.1 }
  server = await startServer({ dataDir, port: 0, env: {}, overrides, writeLog: () => undefined })
  const credentials = await server.services.access.createAccessKey('admin', ['AWSCodePipeline_FullAccess'])
  client = new CodePipelineClient({ endpoint: server.address, region: 'us-east-1', credentials })
})
afterAll(async () => {
  client?.destroy()
  await server?.stop()
  await git?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const fetch = (url: string) =>
  ({
    name: 'Fetch',
    actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' },
    configuration: { Url: url, Branch: 'main' },
    outputArtifacts: [{ name: 'Sources' }],
  }) satisfies ActionDeclaration

async function create(name: string, url: string): Promise<void> {
  const look = {
    name: 'Look',
    actionTypeId: { category: 'Invoke', owner: 'AWS', provider: 'Lambda', version: '1' },
    configuration: { FunctionName: './function' },
    inputArtifacts: [{ name: 'Sources' }],
    outputArtifacts: [{ name: 'Copy' }],
  } satisfies ActionDeclaration
  const stages = [
    { name: 'Source', actions: [fetch(url)] },
    { name: 'Invoke', actions: [look] },
  ]
  const artifactStore = { type: 'S3', location: 'codepipeline-us-east-1-0000000000' } as const
  const pipeline = { name, roleArn: 'arn:aws:iam::123456789012:role/penstock', artifactStore, stages }
  await client.send(new CreatePipelineCommand({ pipeline }))
}

/** The Invoke action, once it has ended. */
function ended(pipelineName: string) {
  return eventually(async () => {
    const { actionExecutionDetails = [] } = await client.send(new ListActionExecutionsCommand({ pipelineName }))
    return actionExecutionDetails.find(({ actionName, status }) => actionName === 'Look' && status !== 'InProgress')
  })
}

async function logOf(actionExecutionId: string | undefined): Promise<string> {
  return (await server.services.logs.read(actionExecutionId ?? '', 0, 1_000_000))?.text ?? ''
}

test('a function continues itself, reads its input, writes its output, and reports', async () => {
  const url = await git.createRepository('acme/look')
  await git.commit('acme/look', { 'function/index.js': readFileSync(join(__dirname, 'look.js'), 'utf8') }, 'Look')
  await create('look', url)
  const action = await ended('look')
  expect(action).toMatchObject({
    status: 'Succeeded',
    output: {
      outputVariables: { Begins: 'PK', Token: '{"round": 1.0}' },
      executionResult: { externalExecutionSummary: 'seen it all' },
    },
  })
  const log = await logOf(action?.actionExecutionId)
  expect(log.match(/invoked with .*/g)).toEqual(['invoked with no token', 'invoked with {"round": 1.0}'])
  const copy = action?.output?.outputArtifacts?.[0]?.s3location
  const stored = await server.services.artifacts.head({ bucket: copy?.bucket ?? '', key: copy?.key ?? '' })
  expect(stored?.size).toBeGreaterThan(100)
})

test('a function that throws fails its action with the reason', async () => {
  const url = await git.createRepository('acme/broken')
  await git.commit(
    'acme/broken',
    { 'function/index.js': 'exports.handler = async () => { throw new RangeError("too far") }' },
    'Break',
  )
  await create('broken', url)
  expect(await ended('broken')).toMatchObject({
    status: 'Failed',
    output: { executionResult: { errorDetails: { code: 'JobFailed', message: 'function: RangeError: too far' } } },
  })
})

test('C5: the rule LambdaInvoke holds or breaks by what its function reports', async () => {
  const judge = `
    const { CodePipelineClient, PutJobSuccessResultCommand, PutJobFailureResultCommand } = require('@aws-sdk/client-codepipeline')
    exports.handler = async (event) => {
      const { id: jobId, data } = event['CodePipeline.job']
      const client = new CodePipelineClient({})
      if (data.actionConfiguration.configuration.UserParameters === 'yes') return client.send(new PutJobSuccessResultCommand({ jobId, executionDetails: { summary: 'go on' } }))
      await client.send(new PutJobFailureResultCommand({ jobId, failureDetails: { type: 'JobFailed', message: 'not today' } }))
    }`
  const url = await git.createRepository('acme/judge')
  await git.commit('acme/judge', { 'function/index.js': judge }, 'Judge')
  const rule = (name: string, UserParameters: string) => ({
    name,
    ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'LambdaInvoke', version: '1' } as const,
    configuration: { FunctionName: './function', UserParameters },
    inputArtifacts: [{ name: 'Sources' }],
  })
  const build = {
    name: 'Build',
    actionTypeId: { category: 'Build', owner: 'Custom', provider: 'Shell', version: '1' },
    configuration: { Command: 'true' },
    inputArtifacts: [{ name: 'Sources' }],
  } satisfies ActionDeclaration
  await client.send(
    new CreatePipelineCommand({
      pipeline: {
        name: 'judge',
        roleArn: 'arn:aws:iam::123456789012:role/penstock',
        artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
        stages: [
          { name: 'Source', actions: [fetch(url)] },
          {
            name: 'Build',
            actions: [build],
            beforeEntry: { conditions: [{ result: 'FAIL', rules: [rule('Yes', 'yes')] }] },
          },
          {
            name: 'Later',
            actions: [build],
            beforeEntry: { conditions: [{ result: 'SKIP', rules: [rule('No', 'no')] }] },
          },
        ],
      },
    }),
  )
  const rules = await eventually(async () => {
    const { ruleExecutionDetails = [] } = await client.send(new ListRuleExecutionsCommand({ pipelineName: 'judge' }))
    return ruleExecutionDetails.length === 2 && ruleExecutionDetails.every((one) => one.status !== 'InProgress')
      ? ruleExecutionDetails
      : undefined
  })
  expect(rules).toMatchObject([
    { ruleName: 'No', status: 'Failed', output: { executionResult: { errorDetails: { message: 'not today' } } } },
    { ruleName: 'Yes', status: 'Succeeded', output: { executionResult: { externalExecutionSummary: 'go on' } } },
  ])
})
