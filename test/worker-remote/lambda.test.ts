/** A Lambda function that reports by itself (J7), invoked by a worker elsewhere: both sides of one job, over the API. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PipelineDeclaration } from '@penstock/core'
import { type RunningServer, startServer } from '@penstock/core/server'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'
import { type RunningWorker, startRemoteWorker } from '../../core/src/app/remote-worker.js'
import { until } from './support/world.js'

const by = {
  name: 'admin',
  arn: 'arn:aws:iam::000000000000:user/admin',
  policies: ['AWSCodePipeline_FullAccess'] as const,
}
let folder: string
let git: TestGitServer
let server: RunningServer
let worker: RunningWorker

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-remote-lambda-'))
  git = await startGitServer()
  const quiet = { env: {}, writeLog: () => {} }
  const overrides = { 'worker.enabled': false }
  server = await startServer({ ...quiet, dataDir: join(folder, 'server'), port: 0, overrides })
  worker = await startRemoteWorker({
    ...quiet,
    endpoint: server.address,
    ...(await server.services.access.createAccessKey('builder', ['PenstockWorkerAccess'])),
    name: 'elsewhere',
    overrides: { dataDir: join(folder, 'worker'), 'plugins.lambda-invoke.continuationSeconds': 0.1 },
  })
}, 60_000)
afterAll(async () => {
  await worker?.stop()
  await server?.stop()
  await git?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test('it continues itself, reads its input, writes its output; its log is one', async () => {
  const url = await git.createRepository('acme/look')
  const code = readFileSync(join(__dirname, '../invoke/look.js'), 'utf8')
  await git.commit('acme/look', { 'function/index.js': code }, 'Look')
  const type = (category: string, owner: string, provider: string) => ({ category, owner, provider, version: '1' })
  const { operations, identity, logs, artifacts } = server.services
  const fetch = {
    name: 'Fetch',
    actionTypeId: type('Source', 'Custom', 'Git'),
    configuration: { Url: url, Branch: 'main' },
    outputArtifacts: [{ name: 'Sources' }],
  }
  const look = {
    name: 'Look',
    actionTypeId: type('Invoke', 'AWS', 'Lambda'),
    configuration: { FunctionName: './function' },
    inputArtifacts: [{ name: 'Sources' }],
    outputArtifacts: [{ name: 'Copy' }],
  }
  const pipeline = {
    name: 'look',
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    artifactStore: { type: 'S3', location: identity.bucket },
    stages: [
      { name: 'Source', actions: [fetch] },
      { name: 'Invoke', actions: [look] },
    ],
  } as unknown as PipelineDeclaration
  await operations.createPipeline(by, { pipeline, tags: [] })
  const action = await until(async () => {
    const { actionExecutionDetails } = await operations.listActionExecutions(by, { pipelineName: 'look' })
    return actionExecutionDetails.find(({ actionName, status }) => actionName === 'Look' && status !== 'InProgress')
  }, 'the function ends')
  expect(action).toMatchObject({
    status: 'Succeeded',
    output: {
      outputVariables: { Begins: 'PK', Token: '{"round": 1.0}' },
      executionResult: { externalExecutionSummary: 'seen it all' },
    },
  })
  const log = await until(async () => {
    const read = await logs.read(action.actionExecutionId ?? '', 0, 1_000_000)
    return read?.complete && read.text.includes('round') && read.text
  }, 'its log is whole')
  expect(log.match(/invoked with .*/g)).toEqual(['invoked with no token', 'invoked with {"round": 1.0}'])
  const copy = action.output?.outputArtifacts?.[0]?.s3location
  expect((await artifacts.head({ bucket: copy?.bucket ?? '', key: copy?.key ?? '' }))?.size).toBeGreaterThan(100)
}, 90_000)
