import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  AwsError,
  type RunActionOptions,
  runAction,
  startAwsServer,
  type TestAwsServer,
  testActionProvider,
} from '@penstock/core/testkit'
import { elasticBeanstalk } from '../src/provider.js'

/** Environments after Elastic Beanstalk's own rules, of our making; the bucket takes whatever is put. */
interface FakeEnvironment {
  status: string
  version: string
  next?: string
  looks: number
}

let environments: Map<string, FakeEnvironment>
const versions = new Map<string, unknown>()
let server: TestAwsServer
let bucket: Server
let put: string[] = []
let updates = 0

function reset(): void {
  environments = new Map(['prod', 'slow', 'fails'].map((name) => [name, { status: 'Ready', version: 'v1', looks: 0 }]))
}

beforeAll(async () => {
  reset()
  bucket = createServer((request, response) => {
    put.push(decodeURIComponent(request.url?.split('?')[0] ?? ''))
    request.resume().on('end', () => response.writeHead(200, { etag: '"e"' }).end())
  })
  await new Promise<void>((resolve) => bucket.listen(0, '127.0.0.1', resolve))
  const shown = (name: string, one: FakeEnvironment) => ({
    ApplicationName: 'site',
    EnvironmentName: name,
    Status: one.status,
    VersionLabel: one.version,
    Health: 'Green',
  })
  server = await startAwsServer({
    DescribeEnvironments: ({ EnvironmentNames: [name] }) => {
      const found = environments.get(name)
      if (!found) return { Environments: [] }
      if (found.status === 'Updating' && name !== 'slow' && --found.looks <= 0) {
        if (name !== 'fails') found.version = found.next ?? found.version
        found.status = 'Ready'
      }
      return { Environments: [shown(name, found)] }
    },
    CreateStorageLocation: () => ({ S3Bucket: 'elasticbeanstalk-eu-central-1-000000000000' }),
    CreateApplicationVersion: (input) => {
      if (versions.has(input.VersionLabel))
        throw new AwsError('InvalidParameterValue', `Application Version ${input.VersionLabel} already exists.`)
      versions.set(input.VersionLabel, input)
      return { ApplicationVersion: input }
    },
    UpdateEnvironment: ({ EnvironmentName, VersionLabel }) => {
      const found = environments.get(EnvironmentName)
      if (!found)
        throw new AwsError('InvalidParameterValue', `No Environment found for EnvironmentName = '${EnvironmentName}'.`)
      if (found.next !== VersionLabel) updates++
      Object.assign(found, { status: 'Updating', next: VersionLabel, looks: 2 })
      return shown(EnvironmentName, found)
    },
    DescribeEvents: ({ EnvironmentName }) => ({
      Events:
        EnvironmentName === 'fails'
          ? [{ EventDate: '2026-01-01T00:00:01Z', Severity: 'ERROR', Message: 'Command failed on instance.' }]
          : [{ EventDate: '2026-01-01T00:00:00Z', Severity: 'INFO', Message: 'Environment update is starting.' }],
    }),
  })
})
afterAll(async () => {
  await server.stop()
  bucket.closeAllConnections()
  bucket.close()
})

const provider = () =>
  elasticBeanstalk(
    {
      endpoint: server.endpoint,
      bucketEndpoint: `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`,
      accessKeyId: 'AKIA',
      secretAccessKey: 'secret',
      pollSeconds: 0.01,
    },
    () => 'eu-central-1',
  )
const inputs = { Code: { 'app.js': 'run()' } }

testActionProvider('ElasticBeanstalk', provider, {
  configuration: { ApplicationName: 'site', EnvironmentName: 'prod' },
  inputs,
  slow: { configuration: { EnvironmentName: 'slow' } },
  effects: () => updates,
  bad: [
    {
      configuration: { EnvironmentName: 'none' },
      says: 'EnvironmentName none: the application site has no such environment',
    },
  ],
})

const job = { actionExecutionId: '7c1f3a52-0000-4000-8000-000000000001' }
const label = `code-pipeline-${job.actionExecutionId}`
const deploy = (EnvironmentName: string, options: RunActionOptions = {}) =>
  runAction(provider(), { configuration: { ApplicationName: 'site', EnvironmentName }, job, ...options })

beforeEach(() => {
  put = []
})

test('the artifact becomes a version in the own bucket of Elastic Beanstalk, and the environment runs it', async () => {
  const run = await deploy('prod', { inputs: { Code: __dirname } })
  const key = `penstock/site/${label}.zip`
  expect(put).toEqual([`/elasticbeanstalk-eu-central-1-000000000000/${key}`])
  expect(versions.get(label)).toMatchObject({
    ApplicationName: 'site',
    SourceBundle: { S3Bucket: 'elasticbeanstalk-eu-central-1-000000000000', S3Key: key },
  })
  expect(run.result).toEqual({ summary: `prod runs ${label}, health Green`, externalExecutionId: label })
  expect(run.log).toContain('INFO  Environment update is starting.')
})

test('an environment that keeps its old version fails, with its errors', async () => {
  const run = await deploy('fails', { inputs: { Code: __dirname } })
  expect(run.failure?.message).toBe(
    `EnvironmentName fails: the deployment of ${label} failed: the environment is Ready, with version v1: Command failed on instance.`,
  )
})

test('a version that was made before the server died is taken', async () => {
  reset()
  const run = await deploy('prod', { inputs: { Code: __dirname }, checkpoint: { since: Date.now() } })
  expect(run.outcome).toBe('succeeded')
})
