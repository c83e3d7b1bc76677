/** Penstock's own operations, call by call: what a worker over a bad network, or a hostile one, may send. */
import type { Job } from '@penstock/core'
import { loadConfig } from '../../core/src/app/config.js'
import { PenstockApi } from '../../core/src/worker/penstock-api.js'
import { SignedClient } from '../../core/src/worker/signed-request.js'
import { until, World } from './support/world.js'

const source = 'Source/Custom/Tick/1'
const build = 'Build/Custom/Shell/1'
const workerName = 'bench-1'

describe.each(['SQLite', 'PostgreSQL'] as const)('%s', (dialect) => {
  let world: World
  let api: PenstockApi

  beforeAll(async () => {
    world = new World(dialect)
    await world.start()
    api = apiOf(world.keys)
  }, 60_000)
  afterAll(() => world?.stop(), 60_000)

  function apiOf(keys: World['keys']): PenstockApi {
    return new PenstockApi({ endpoint: world.server.address, region: 'us-east-1', keys })
  }

  const claim = async (typeKeys: readonly string[], held: readonly string[] = [], wait = 0, from = api) =>
    (await from.call<{ jobs: Job[] }>('ClaimJobs', { workerName, typeKeys, limit: 1, held }, wait)).jobs

  const handle = ({ id, fence }: Job) => ({ workerName, jobId: id, fence })

  /** A build's job, its source done. */
  async function buildJob(pipeline: string): Promise<Job> {
    await world.build(pipeline, ['true'])
    const [fetch] = await claim([source], [], 20)
    if (!fetch) throw new Error('no source job')
    await api.call('SucceedJob', { ...handle(fetch), success: { currentRevision: { revisionId: 'r1', created: 1.5 } } })
    const [job] = await claim([build], [], 20)
    if (!job) throw new Error('no build job')
    return job
  }

  test('a job whose answer was lost comes again, and only to whom it was given', async () => {
    const job = await buildJob('lost-answer')
    expect(await claim([build], [job.id])).toEqual([])
    expect((await claim([build])).map(({ id }) => id)).toEqual([job.id])
    const { jobs } = await api.call<{ jobs: Job[] }>('ClaimJobs', {
      workerName: 'bench-2',
      typeKeys: [build],
      limit: 9,
      held: [],
    })
    expect(jobs).toEqual([])
    await api.call('SucceedJob', { ...handle(job), success: {} })
    await api.call('SucceedJob', { ...handle(job), success: {} }) // once more is the same as once
    expect(await world.ended('lost-answer', 'Run1')).toMatchObject({ status: 'Succeeded' })
  }, 60_000)

  test('a claim waits at the server until there is work', async () => {
    const waiting = claim([source], [], 30)
    const quick = await claim(['Deploy/Custom/Nothing/1']) // a newer claim of the same worker ends the older one
    expect([quick, await waiting]).toEqual([[], []])
    const next = claim([source], [], 30)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await world.build('waited', ['true'])
    const [job] = await next
    expect(job?.data.pipelineName).toBe('waited')
    await api.call('FailJob', { ...handle(job as Job), failureDetails: { type: 'JobFailed', message: 'as planned' } })
    expect(await world.ended('waited', 'Fetch')).toMatchObject({ status: 'Failed' })
  }, 60_000)

  test('a job belongs to the worker of one principal', async () => {
    const job = await buildJob('owned')
    const { access } = world.server.services
    const stranger = apiOf(await access.createAccessKey('stranger', ['PenstockWorkerAccess']))
    const calls: [string, object][] = [
      ['SucceedJob', { success: {} }],
      ['FailJob', { failureDetails: { type: 'JobFailed', message: 'x' } }],
      ['ReportProgress', { executionDetails: { summary: 'x' } }],
      ['ReportTargets', { targets: [] }],
      ['Checkpoint', { continuationToken: '1' }],
      ['GetSecret', { name: 'api-key' }],
      ['GetJobAccess', {}],
      ['AwaitReport', {}],
      ['AppendLog', { offset: '0', bytes: '' }],
      ['FinishLog', { size: '0' }],
    ]
    for (const [operation, input] of calls) {
      await expect(stranger.call(operation, { ...handle(job), ...input })).rejects.toMatchObject({
        code: 'InvalidJobStateException',
      })
      await expect(api.call(operation, { ...handle(job), fence: job.fence + 1, ...input })).rejects.toMatchObject({
        code: 'InvalidJobStateException',
      })
    }
    const { states } = await stranger.call<{ states: object[] }>('Heartbeat', {
      workerName,
      held: [{ jobId: job.id, fence: job.fence }],
    })
    expect(states).toEqual([{ jobId: job.id, gone: true }])
    expect(await stranger.call('RecoverJobs', { workerName })).toEqual({ jobs: [] })
    await api.call('FailJob', { ...handle(job), failureDetails: { type: 'JobFailed', message: 'enough' } })
  }, 60_000)

  test('a policy may narrow a worker to some action types', async () => {
    const { access, identity } = world.server.services
    const Resource = `arn:aws:codepipeline:${identity.region}:${identity.accountId}:actiontype:Custom/Source/*`
    const keys = await access.createAccessKey('narrow', [
      { Statement: [{ Effect: 'Allow', Action: 'penstock:*', Resource }] },
    ])
    expect(await claim([source], [], 0, apiOf(keys))).toEqual([])
    await expect(claim([source, build], [], 0, apiOf(keys))).rejects.toThrow(
      /not authorized to perform: penstock:ClaimJobs/,
    )
  })

  test('only secrets that the job names, and the log masks them even when the worker did not', async () => {
    const job = await buildJob('secrets')
    expect(await api.call('GetSecret', { ...handle(job), name: 'api-key' })).toEqual({ value: 'correct horse battery' })
    expect(await api.call('GetSecret', { ...handle(job), name: 'other' })).toEqual({})
    const append = (offset: number, text: string) =>
      api.call<{ size: number }>('AppendLog', {
        ...handle(job),
        offset: String(offset),
        bytes: Buffer.from(text).toString('base64'),
      })
    expect(await append(0, 'the key: correct ho')).toEqual({ size: 19 })
    expect(await append(100, 'a gap')).toEqual({ size: 19 })
    expect(await append(9, 'correct horse battery\n')).toEqual({ size: 31 })
    expect(await append(0, 'the key')).toEqual({ size: 31 })
    expect(await api.call('FinishLog', { ...handle(job), size: '40' })).toEqual({ size: 31 })
    expect(await world.log('secrets', 'Run1')).toEqual({ text: 'the key: ****\n', complete: false })
    await api.call('SucceedJob', { ...handle(job), success: {} })
    expect(await append(31, 'after its end\n')).toEqual({ size: 45 })
    expect(await api.call('FinishLog', { ...handle(job), size: '45' })).toEqual({ size: 45 })
    expect(await api.call('FinishLog', { ...handle(job), size: '45' })).toEqual({ size: 45 })
    expect(await world.log('secrets', 'Run1')).toEqual({ text: 'the key: ****\nafter its end\n', complete: true })
    await expect(append(45, 'too late')).rejects.toMatchObject({ code: 'InvalidJobStateException' })
  }, 60_000)

  test('how far it is: details, targets and its place are kept', async () => {
    const job = await buildJob('progress')
    const { operations } = world.server.services
    const by = {
      name: 'admin',
      arn: 'arn:aws:iam::000000000000:user/admin',
      policies: ['AWSCodePipeline_FullAccess'] as const,
    }
    await api.call('ReportProgress', { ...handle(job), executionDetails: { summary: 'half way', percentComplete: 50 } })
    await api.call('Checkpoint', { ...handle(job), continuationToken: '{"step":2}' })
    const events = [{ name: 'Install', status: 'Failed', startTime: 1700000000.25, message: 'disk full' }]
    const targets = [{ targetId: 'web-1', targetType: 'SSH', status: 'Failed', startTime: 1700000000, events }]
    await api.call('ReportTargets', { ...handle(job), targets })
    expect(await world.action('progress', 'Run1')).toMatchObject({
      output: { executionResult: { externalExecutionSummary: 'half way' } },
    })
    const { jobs } = await api.call<{ jobs: Job[] }>('RecoverJobs', { workerName })
    expect(jobs.find(({ id }) => id === job.id)).toMatchObject({ continuationToken: '{"step":2}', fence: job.fence })
    const { actionExecutionId } = job.data
    const told = await operations.listDeployActionExecutionTargets(by, { pipelineName: 'progress', actionExecutionId })
    expect(told.targets).toMatchObject([
      {
        targetId: 'web-1',
        startTime: new Date(1700000000_000),
        events: [{ name: 'Install', startTime: new Date(1700000000_250), context: { message: 'disk full' } }],
      },
    ])
    await api.call('FailJob', { ...handle(job), failureDetails: { type: 'JobFailed', message: 'disk full' } })
  }, 60_000)

  test('PollForJobs waits as well, for clients that ask for it', async () => {
    const { operations, access } = world.server.services
    const by = {
      name: 'admin',
      arn: 'arn:aws:iam::000000000000:user/admin',
      policies: ['AWSCodePipeline_FullAccess'] as const,
    }
    const counts = { minimumCount: 0, maximumCount: 5 }
    const type = { category: 'Build', provider: 'Outside', version: '1' } as const
    await operations.createCustomActionType(by, {
      ...type,
      inputArtifactDetails: counts,
      outputArtifactDetails: counts,
    })
    const keys = await access.createAccessKey('jobs', ['AWSCodePipelineCustomActionAccess'])
    const http = new SignedClient(world.server.address)
    const poll = async (wait: string) => {
      const answer = await http.send({
        method: 'POST',
        path: '/',
        service: 'codepipeline',
        region: 'us-east-1',
        keys,
        headers: { 'x-amz-target': 'CodePipeline_20150709.PollForJobs', 'x-penstock-wait-seconds': wait },
        body: Buffer.from(JSON.stringify({ actionTypeId: { ...type, owner: 'Custom' } })),
        silence: 30_000,
        signal: new AbortController().signal,
      })
      let text = ''
      for await (const piece of answer) text += piece
      return JSON.parse(text) as { jobs?: { data: { pipelineContext: { pipelineName: string } } }[]; __type?: string }
    }
    expect(await poll('soon')).toMatchObject({ __type: 'ValidationException' })
    expect(await poll('1')).toEqual({ jobs: [] })
    const waiting = poll('30')
    await world.build('outside', ['true'], 'Outside')
    const [fetch] = await claim([source], [], 20)
    await api.call('SucceedJob', { ...handle(fetch as Job), success: {} })
    const { jobs } = await waiting
    expect(jobs?.map(({ data }) => data.pipelineContext.pipelineName)).toEqual(['outside'])
    http.close()
  }, 60_000)

  test('what is not of the protocol is refused in words', async () => {
    await expect(api.call('ClaimJobs', { workerName: 'a b', typeKeys: [], limit: 0, held: [] })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('3 validation errors detected'),
    })
    await expect(api.call('Nothing', { workerName })).rejects.toThrow(/UnknownOperationException/)
  })
})

test('some action types here, others elsewhere; a pattern that fits nothing is told', async () => {
  const split = new World()
  try {
    await split.start({ 'worker.actionTypes': { exclude: ['Build/*/*/*', 'Deploy/Custom/Nothing/1'] } })
    expect(split.server.problems.filter((problem) => problem.startsWith('worker.'))).toEqual([
      "worker.actionTypes.exclude[1] is 'Deploy/Custom/Nothing/1', which matches no action type that a plugin provides",
    ])
    await split.build('split', ['hostname'])
    await split.ended('split', 'Fetch')
    await until(async () => (await split.action('split', 'Run1'))?.status === 'InProgress', 'the build is asked for')
    expect((await split.log('split', 'Run1')).text).toBe('')
    const worker = await split.work('elsewhere', { args: ['--config', `${split.folder}/penstock.yaml`] })
    expect(await split.ended('split', 'Run1')).toMatchObject({ status: 'Succeeded' })
    await worker.end('SIGTERM')
  } finally {
    await split.stop()
  }
}, 120_000)

test('a pattern that cannot be an action type is refused with its place', () => {
  expect(() => loadConfig({ env: {}, overrides: { 'worker.actionTypes': { include: ['Build'] } } })).toThrow(
    /worker\.actionTypes\.include\[0\] .*Category\/Owner\/Provider\/Version/,
  )
})
