/** What comes between looking at a job and changing it: each order of calls is forced, on either database. */
import type { Job } from '../../src/domain/job.js'
import { LocalJobs } from '../../src/engine/local-jobs.js'
import type { EngineReads } from '../../src/engine/ports.js'
import { sweep } from '../../src/engine/sweep.js'
import type { DeployTarget } from '../../src/engine/views.js'
import type { Database } from '../../src/store/database.js'
import { type Bench, bench, failure, me, pipeline, stage } from '../engine/support.js'
import { onEachDatabase } from './support/databases.js'

const source = ['Source/Custom/Repo/1'] // its work may be begun again
const build = ['Build/Custom/Make/1'] // its work may not

onEachDatabase((database) => {
  let b: Bench
  /** The source's job, held by `first`. */
  let held: Job
  beforeEach(async () => {
    b = await bench(database())
    // PostgreSQL goes by its own clock, which this server's agrees with here.
    await b.clock.advance(Date.now() - b.clock.now())
    await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
    held = await take('first', source)
  })

  const take = async (worker: string, types: readonly string[]): Promise<Job> => {
    const [job] = await b.jobs.claim(worker, types, 1)
    if (!job) throw new Error(`nothing waits for ${worker}`)
    return job
  }
  /** The build's job, held by `first`. */
  const takeBuild = async () => {
    await b.jobs.succeed(held.id, held.fence, {})
    return take('first', build)
  }
  const on = ({ id, fence }: Job) => [{ jobId: id, fence }]
  const now = async ({ id }: Job) => b.engine.store.read.job(id)
  /** Whatever the clocks say: long over. */
  const endLeases = ({ db }: Database = database()) =>
    db.updateTable('jobs').set({ lease_until: 1 }).where('lease_until', 'is not', null).execute()
  /** Runs `work`, and `meanwhile` right after what it looked at first by `read`. */
  const between = async <T>(
    read: keyof EngineReads,
    work: () => Promise<T>,
    meanwhile: () => Promise<unknown>,
  ): Promise<T> => {
    const reads = b.engine.store.read as unknown as Record<string, (...input: unknown[]) => Promise<unknown>>
    const real = reads[read] as (...input: unknown[]) => Promise<unknown>
    reads[read] = async (...input) => {
      const found = await real(...input)
      reads[read] = real
      await meanwhile()
      return found
    }
    return work()
  }
  const handOver = async () => {
    await endLeases()
    await sweep(b.engine)
    return take('second', source)
  }

  describe('a result', () => {
    test.each([
      ['succeed', (job: Job) => b.jobs.succeed(job.id, job.fence, { outputVariables: { Old: '1' } })],
      ['fail', (job: Job) => b.jobs.fail(job.id, job.fence, failure())],
    ] as const)(
      '%s with an older fence is refused, though the job was still its own when it looked',
      async (_, report) => {
        const reported = between('job', () => report(held), handOver)
        await expect(reported).rejects.toMatchObject({ code: 'InvalidJobStateException' })
        expect(await now(held)).toMatchObject({ status: 'InProgress', workerId: 'second' })
        expect(await b.executions()).toEqual(['InProgress'])
      },
    )

    test('that comes twice at once counts once', async () => {
      const job = await takeBuild()
      const twice = () => b.jobs.succeed(job.id, job.fence, {})
      await Promise.all([twice(), twice(), between('job', twice, twice)])
      expect(await b.executions()).toEqual(['Succeeded'])
    })

    test('of a job that is cancelled meanwhile ends the job, and nothing else', async () => {
      const job = await takeBuild()
      const pipelineExecutionId = job.data.pipelineExecutionId
      const stop = () =>
        b.operations.stopPipelineExecution(me, { pipelineName: 'demo', pipelineExecutionId, abandon: true })
      await between('job', () => b.jobs.succeed(job.id, job.fence, {}), stop)
      expect(await now(job)).toMatchObject({ status: 'Failed', cancelRequested: 'abandon' })
      expect(await b.state()).toMatchObject({ 'Build/a': 'Abandoned' })
    })

    test('that is there before its worker is declared lost is the one that counts', async () => {
      const job = await takeBuild()
      await endLeases()
      await between(
        'expiredLeases',
        () => sweep(b.engine),
        () => b.jobs.succeed(job.id, job.fence, {}),
      )
      expect(await b.executions()).toEqual(['Succeeded'])
    })
  })

  describe('what a worker tells with an older fence', () => {
    test('progress is not shown', async () => {
      await between('job', () => b.jobs.progress(held.id, held.fence, { summary: 'stale' }), handOver)
      const action = await b.engine.store.read.action(held.data.actionExecutionId)
      expect(action?.summary).toBeUndefined()
    })

    test('targets are not shown', async () => {
      await handOver()
      const target: DeployTarget = { targetId: 't', targetType: 'instanceTarget', status: 'Succeeded', events: [] }
      await b.jobs.targets(held.id, held.fence, [target])
      expect(await b.engine.store.deployTargets(held.data.actionExecutionId)).toEqual([])
    })

    test('a checkpoint is refused', async () => {
      await handOver()
      const kept = b.jobs.checkpoint(held.id, held.fence, 'stale')
      await expect(kept).rejects.toMatchObject({ code: 'InvalidJobStateException' })
      expect((await now(held))?.continuationToken).toBeUndefined()
    })

    test('a heartbeat does not hold the job for the one who has it now', async () => {
      await handOver()
      await endLeases()
      const [state] = await b.jobs.heartbeat('first', on(held))
      expect(state).toEqual({ jobId: held.id, gone: true })
      expect(await now(held)).toMatchObject({ leaseUntil: 1 })
    })
  })

  describe('a worker that was just told to go on', () => {
    test.each([
      ['is not declared lost', takeBuild],
      ['keeps its job, which could be begun again', async () => held],
    ])('%s', async (_, given) => {
      const job = await given()
      await endLeases()
      let told: unknown
      await between(
        'expiredLeases',
        () => sweep(b.engine),
        async () => {
          told = await b.jobs.heartbeat('first', on(job))
        },
      )
      expect(told).toEqual([{ jobId: job.id }])
      expect(await now(job)).toMatchObject({ status: 'InProgress', workerId: 'first', fence: job.fence })
      expect(await b.executions()).toEqual(['InProgress'])
    })

    test('because it came back and asked what it had', async () => {
      const job = await takeBuild()
      await endLeases()
      await between(
        'expiredLeases',
        () => sweep(b.engine),
        () => b.jobs.recover('first'),
      )
      expect(await now(job)).toMatchObject({ status: 'InProgress' })
    })
  })

  test('what came back from the queue to another is not recovered', async () => {
    const recovered = await between('jobsOfWorker', () => b.jobs.recover('first'), handOver)
    expect(recovered).toEqual([])
  })

  test('a job that is cancelled while it is swept ends, and is not begun again', async () => {
    const pipelineExecutionId = held.data.pipelineExecutionId
    const stop = () =>
      b.operations.stopPipelineExecution(me, { pipelineName: 'demo', pipelineExecutionId, abandon: true })
    await endLeases()
    await between('expiredLeases', () => sweep(b.engine), stop)
    await sweep(b.engine)
    expect(await now(held)).toMatchObject({ status: 'Failed' })
    expect(await b.jobs.claim('second', source, 1)).toEqual([])
  })

  test('a job that is acknowledged while it is swept stays acknowledged', async () => {
    await b.jobs.succeed(held.id, held.fence, {})
    const actionTypeId = held.data.actionTypeId
    const [job] = (
      await b.operations.pollForJobs(me, { actionTypeId: { ...actionTypeId, category: 'Build', provider: 'Make' } })
    ).jobs
    await endLeases()
    await between(
      'expiredLeases',
      () => sweep(b.engine),
      () => b.operations.acknowledgeJob(me, { jobId: job?.id ?? '', nonce: job?.nonce ?? '' }),
    )
    expect(await b.engine.store.read.job(job?.id ?? '')).toMatchObject({ status: 'InProgress', nonce: job?.nonce })
  })

  test('a lost worker is found once, however many servers sweep', async () => {
    const job = await takeBuild()
    await endLeases()
    await Promise.all([sweep(b.engine), sweep(b.engine), sweep(b.engine)])
    expect(await b.executions()).toEqual(['Failed'])
    const entries = await database().db.selectFrom('outbox').select('doc').execute()
    const told = entries.filter(({ doc }) => doc.includes(job.data.actionExecutionId) && doc.includes('"Failed"'))
    expect(told).toHaveLength(1)
  })

  test('each job of a batch has a nonce of its own', async () => {
    await b.jobs.succeed(held.id, held.fence, {})
    const many = pipeline([stage('Build', ['a', 'b', 'c'])], { name: 'many' })
    await b.operations.createPipeline(me, { pipeline: many })
    const first = await take('first', source)
    await b.jobs.succeed(first.id, first.fence, {})
    const claimed = await new LocalJobs(b.engine).claim('first', build, 10)
    expect(claimed.map(({ data }) => data.actionName)).toEqual(['a', 'a', 'b', 'c'])
    expect(new Set(claimed.map(({ nonce }) => nonce)).size).toBe(4)
    for (const { nonce } of claimed) expect(nonce.length).toBeLessThanOrEqual(50)
  })
})
