import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunActionOptions, runAction, startAwsServer, type TestAwsServer } from '@penstock/core/testkit'
import { ecs } from '../src/provider.js'
import { FakeCluster } from './fake-cluster.js'

const image = mkdtempSync(join(tmpdir(), 'penstock-ecs-'))
let cluster: FakeCluster
let server: TestAwsServer

beforeAll(async () => {
  server = await startAwsServer({})
})
afterAll(async () => {
  await server.stop()
  rmSync(image, { recursive: true, force: true })
})
beforeEach(() => {
  cluster = new FakeCluster()
  server.answers = cluster.answers
  server.calls.length = 0
  say([{ name: 'web', imageUri: 'registry.example.com/site@sha256:abc' }])
})

function say(definitions: unknown): void {
  writeFileSync(join(image, 'imagedefinitions.json'), JSON.stringify(definitions))
}

function deploy(configuration: Record<string, string> = {}, options: RunActionOptions = {}) {
  const access = { endpoint: server.endpoint, accessKeyId: 'AKIA', secretAccessKey: 'secret', pollSeconds: 0.01 }
  return runAction(
    ecs(access, () => 'eu-central-1'),
    {
      configuration: { ClusterName: 'main', ServiceName: 'site', ...configuration },
      inputs: { Image: image },
      ...options,
    },
  )
}
const made = (operation: string) =>
  server.calls.filter((call) => call.operation === operation).map(({ input }) => input)

test('the running task definition is registered anew with the other image, and the service is updated to it', async () => {
  const run = await deploy()
  expect(run.result).toEqual({ summary: 'site runs site:2', externalExecutionId: cluster.deployments[0]?.id })
  expect(made('RegisterTaskDefinition')).toEqual([
    {
      family: 'site',
      containerDefinitions: [
        { name: 'web', image: 'registry.example.com/site@sha256:abc' },
        { name: 'proxy', image: 'proxy:1' },
      ],
      cpu: '256',
      networkMode: 'awsvpc',
      tags: [{ key: 'team', value: 'web' }],
    },
  ])
  expect(made('UpdateService')).toEqual([
    { cluster: 'main', service: 'site', taskDefinition: expect.stringMatching(/task-definition\/site:2$/) },
  ])
  expect(run.log).toContain('Registered site:2')
  expect(run.progress.at(-1)?.summary).toMatch(/of 2 tasks run/)
})

test('a server that tells no roll-out states is told from its counts', async () => {
  cluster.plain = true
  cluster.deployments = [cluster.deployment('site:1', 'COMPLETED')]
  expect((await deploy()).outcome).toBe('succeeded')
})

test('a container that is not there is named, with those that are', async () => {
  say([{ name: 'app', imageUri: 'site:2' }])
  const run = await deploy()
  expect(run.failure).toMatchObject({
    type: 'ConfigurationError',
    message: 'FileName imagedefinitions.json names the container "app", and the task definition site:1 has web, proxy',
  })
  expect(made('RegisterTaskDefinition')).toEqual([])
})

test.each([
  [[{ imageUri: 'a' }], 'entry 1 has no "name"'],
  [[{ name: 'web' }], 'entry 1 (web) has no "imageUri"'],
  [{ name: 'web' }, 'must be a list'],
  [
    [
      { name: 'web', imageUri: 'a' },
      { name: 'web', imageUri: 'b' },
    ],
    'the container "web" is there twice',
  ],
])('%j: %s', async (definitions, words) => {
  say(definitions)
  expect((await deploy()).failure?.message).toBe(
    `FileName imagedefinitions.json: ${words}`.concat(
      words === 'must be a list'
        ? ' of at least one container, such as [{"name": "CONTAINER", "imageUri": "IMAGE:TAG"}]'
        : '',
    ),
  )
})

test('what the circuit breaker gives up fails with its reason and the last words of the service', async () => {
  cluster.ends = 'breaker'
  expect((await deploy()).failure).toMatchObject({
    type: 'JobFailed',
    message:
      'ServiceName site: the deployment of site:2 failed: ECS deployment circuit breaker: tasks failed to start.; the service said last: (service site) could not place a task.',
    externalExecutionId: expect.stringMatching(/^ecs-svc/),
  })
})

test('what was rolled back already fails, too', async () => {
  cluster.ends = 'rollback'
  expect((await deploy()).failure?.message).toContain(
    'the deployment of site:2 was given up: the service is deployed with site:1 now (ECS deployment circuit breaker',
  )
})

test('DeploymentTimeout ends the waiting, not the deployment', async () => {
  cluster.ends = 'never'
  const before = { since: Date.now() - 20 * 60_000, taskDefinition: cluster.deployment('site:1', 'X').taskDefinition }
  cluster.deployments = [cluster.deployment('site:1', 'IN_PROGRESS')]
  const run = await deploy({ DeploymentTimeout: '15' }, { checkpoint: before })
  expect(run.failure?.message).toContain('is not stable after 15 minutes (DeploymentTimeout); it goes on by itself')
})

test.each(['CODE_DEPLOY', 'EXTERNAL'])('a service with the controller %s is refused', async (controller) => {
  cluster.controller = controller
  expect((await deploy()).failure).toMatchObject({
    type: 'ConfigurationError',
    message: expect.stringContaining(`deploymentController ${controller}`),
  })
})

describe('a server that died', () => {
  const since = Date.now()

  test('after it had registered: that revision is taken', async () => {
    await deploy()
    cluster.deployments = [cluster.deployment('site:1', 'COMPLETED')]
    server.calls.length = 0
    const run = await deploy({}, { checkpoint: { since } })
    expect(run.result?.summary).toBe('site runs site:2')
    expect(made('RegisterTaskDefinition')).toEqual([])
  })

  test('before it had registered: a revision is made', async () => {
    const run = await deploy({}, { checkpoint: { since } })
    expect(run.result?.summary).toBe('site runs site:2')
    expect(made('RegisterTaskDefinition')).toHaveLength(1)
  })
})
