/** Who works, on what, and what waits: asked of a whole server that runs nothing itself. */
import { writeFileSync } from 'node:fs'
import type { RunningServer } from '../../src/app/server.js'
import type { Principal } from '../../src/domain/access.js'
import { serverFolder } from './support/server-folder.js'

jest.setTimeout(60_000) // real files and ports, on machines that are busy

const me: Principal = { name: 'me', arn: 'arn:aws:iam::000000000000:user/me', policies: ['AWSCodePipeline_FullAccess'] }
const plugin = `import { definePlugin } from '@penstock/core'
export default definePlugin({ name: 'quiet', apiVersion: '^1.0', register(api) {
  api.provideSource({ category: 'Source', provider: 'Quiet', outputArtifacts: 1, configuration: {},
    async latestRevision() { return undefined }, async run() {} })
} })
`
let server: RunningServer
const own = serverFolder()

async function start(yaml: string): Promise<void> {
  server = await own.start(yaml)
}

beforeEach(() => writeFileSync(own.at('quiet.ts'), plugin))

/** A pipeline that starts at once, with one source of this provider. */
async function pipeline(name: string, provider: string): Promise<void> {
  await server.services.operations.createPipeline(me, {
    pipeline: {
      name,
      roleArn: 'arn:aws:iam::000000000000:role/penstock',
      artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
      stages: [
        {
          name: 'Source',
          actions: [
            {
              name: 'Fetch',
              actionTypeId: { category: 'Source', owner: 'Custom', provider, version: '1' },
              outputArtifacts: [{ name: 'code' }],
            },
          ],
        },
        {
          name: 'Ask',
          actions: [
            {
              name: 'Fine',
              actionTypeId: { category: 'Test', owner: 'Custom', provider: 'Polled', version: '1' },
              inputArtifacts: [{ name: 'code' }],
            },
          ],
        },
      ],
    },
  })
}

async function customType(category: 'Source' | 'Test', outputs: number): Promise<void> {
  await server.services.operations.createCustomActionType(me, {
    category,
    provider: 'Polled',
    version: '1',
    inputArtifactDetails: { minimumCount: 0, maximumCount: 1 - outputs },
    outputArtifactDetails: { minimumCount: 0, maximumCount: outputs },
  })
}

const noWorker = 'worker: { enabled: false }\nplugins: { ./quiet.ts: { isolation: { sandbox: false } } }\n'

test("jobs that no worker takes are said to be nobody's, and those of custom types to be their pollers'", async () => {
  await start(noWorker)
  await customType('Source', 1)
  await customType('Test', 0)
  await pipeline('one', 'Quiet')
  await pipeline('two', 'Polled')
  await pipeline('three', 'Polled')
  const { workers, inHand, waiting } = await server.services.queue.overview()
  expect({ workers, inHand }).toEqual({ workers: [], inHand: [] })
  expect(waiting).toEqual([
    { typeKey: 'Source/Custom/Quiet/1', count: 1, oldest: expect.any(Number), takenBy: 'nobody' },
    { typeKey: 'Source/Custom/Polled/1', count: 2, oldest: expect.any(Number), takenBy: 'pollers' },
  ])
})

test('a worker elsewhere is known once it claimed, with what it has in hand', async () => {
  await start(noWorker)
  await customType('Test', 0)
  await pipeline('one', 'Quiet')
  const caller = { by: me, workerName: 'mac' }
  const claim = { typeKeys: ['Source/Custom/Quiet/1'], limit: 3, held: [] }
  const [job] = await server.services.workers.claim(caller, claim)
  await pipeline('two', 'Quiet')
  const { workers, inHand, waiting } = await server.services.queue.overview()
  expect(workers).toEqual([
    { id: 'me/mac', kind: 'remote', here: false, jobs: 1, capacity: 3, lastHeard: expect.any(Number) },
  ])
  expect(inHand).toMatchObject([
    {
      jobId: job?.id,
      pipelineName: 'one',
      stageName: 'Source',
      actionName: 'Fetch',
      workerId: 'me/mac',
      status: 'InProgress',
    },
  ])
  expect(waiting).toMatchObject([{ typeKey: 'Source/Custom/Quiet/1', count: 1, takenBy: 'workers' }])
})

test("a job that was polled for has no worker with a name; this server's own worker has", async () => {
  await start('worker: { concurrency: 5 }\n')
  await customType('Source', 1)
  await customType('Test', 0)
  await pipeline('one', 'Polled')
  const actionTypeId = { category: 'Source', owner: 'Custom', provider: 'Polled', version: '1' } as const
  const { jobs } = await server.services.operations.pollForJobs(me, { actionTypeId })
  const { workers, inHand, waiting } = await server.services.queue.overview()
  expect(workers).toEqual([{ id: expect.stringMatching(/^server-/), kind: 'server', here: true, jobs: 0, capacity: 5 }])
  expect(inHand).toMatchObject([{ jobId: jobs[0]?.id, status: 'Dispatched' }])
  expect(inHand[0]).not.toHaveProperty('workerId')
  expect(waiting).toEqual([])
})
