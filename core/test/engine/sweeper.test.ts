/** Who may judge a lease: a server that has looked all the time. */
import type { Job } from '../../src/domain/job.js'
import { acknowledgeWithinMs } from '../../src/engine/jobs.js'
import { defaultLeaseMs } from '../../src/engine/local-jobs.js'
import { Sweeper } from '../../src/engine/sweeper.js'
import { type Bench, bench, me, pipeline, stage, typeIds } from './support.js'

let b: Bench
let sweeper: Sweeper
/** Of each renewal, for how long nobody had looked. */
let renewals: (number | undefined)[]
let job: Job
beforeEach(async () => {
  b = await bench()
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  await b.finish('Repo')
  renewals = []
  sweeper = start()
  await sweeper.sweep()
  const [claimed] = await b.jobs.claim('worker', ['Build/Custom/Make/1'], 1)
  job = claimed as Job
})
afterEach(() => b.close())

function start(): Sweeper {
  return new Sweeper({
    engine: b.engine,
    leaseMs: defaultLeaseMs,
    onRenewed: (_leases, awayMs) => void renewals.push(awayMs),
    onError: (error) => {
      throw error
    },
  })
}

/** Time in which this server looks every two seconds. */
async function watch(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 2_000) {
    await b.clock.advance(2_000)
    await sweeper.sweep()
  }
}
const leaseLeft = async () => ((await b.engine.store.read.job(job.id))?.leaseUntil ?? 0) - b.clock.now()

test('a worker that is not heard of while the server looks is lost', async () => {
  await watch(defaultLeaseMs + 2_000)
  expect(await b.executions()).toEqual(['Failed'])
  expect(renewals).toEqual([undefined])
})

test.each([
  ['stopped or suspended for a hundred seconds', 100_000],
  ['stopped for ten days', 864_000_000],
  ['stopped until a second before the lease ends', defaultLeaseMs - 1_000],
])('when it was %s, every lease begins anew before anything is swept', async (_, ms) => {
  await b.clock.advance(ms)
  await sweeper.sweep()
  expect(await b.executions()).toEqual(['InProgress'])
  expect(await leaseLeft()).toBe(defaultLeaseMs)
  expect(renewals).toEqual([undefined, ms])
  await watch(defaultLeaseMs + 2_000)
  expect(await b.executions()).toEqual(['Failed']) // nobody came: now it is lost
})

test('so it is when the clock is put back: no lease ends an hour late', async () => {
  const deadline = async () => (await b.engine.store.read.action(job.data.actionExecutionId))?.deadline ?? 0
  const [before, { now }] = [(await deadline()) - b.clock.now(), b.clock]
  b.clock.now = () => now.call(b.clock) - 3_600_000
  await sweeper.sweep()
  expect(renewals).toEqual([undefined, -3_600_000])
  expect([await leaseLeft(), (await deadline()) - b.clock.now()]).toEqual([defaultLeaseMs, before])
})

test('so it is after an outage of the database, though the server looked as often as it could', async () => {
  const { now } = b.engine.store
  b.engine.store.now = () => Promise.reject(new Error('the database is away'))
  for (let passed = 0; passed < defaultLeaseMs + 4_000; passed += 2_000) {
    await b.clock.advance(2_000)
    await expect(sweeper.sweep()).rejects.toThrow('away')
  }
  b.engine.store.now = now
  await sweeper.sweep()
  expect(await b.executions()).toEqual(['InProgress'])
  expect(await leaseLeft()).toBe(defaultLeaseMs)
})

test('when they could not begin anew, nothing is swept until they have', async () => {
  const { renewLeases } = b.engine.store
  await b.clock.advance(defaultLeaseMs + 1_000)
  b.engine.store.renewLeases = () => Promise.reject(new Error('the database is away'))
  await expect(sweeper.sweep()).rejects.toThrow('away')
  await expect(sweeper.sweep()).rejects.toThrow('away')
  b.engine.store.renewLeases = renewLeases
  await sweeper.sweep()
  expect(await b.executions()).toEqual(['InProgress'])
})

test('a pause in the midst of a sweep takes nobody’s job', async () => {
  const { expiredLeases } = b.engine.store.read
  b.engine.store.read.expiredLeases = async (now, limit) => {
    await b.clock.advance(100_000)
    return expiredLeases(now, limit)
  }
  await sweeper.sweep()
  await sweeper.sweep()
  expect(await b.executions()).toEqual(['InProgress'])
})

test('a server that starts begins all leases anew, also of jobs that wait for their acknowledgement', async () => {
  await b.operations.startPipelineExecution(me, { name: 'demo' })
  const [polled] = (await b.operations.pollForJobs(me, { actionTypeId: typeIds.source })).jobs
  await b.clock.advance(defaultLeaseMs * 3)
  sweeper = start()
  await sweeper.sweep()
  expect(await leaseLeft()).toBe(defaultLeaseMs)
  const dispatched = await b.engine.store.read.job(polled?.id ?? '')
  expect((dispatched?.leaseUntil ?? 0) - b.clock.now()).toBe(acknowledgeWithinMs)
})

test('it sweeps by itself every two seconds, and not once it is stopped', async () => {
  let looks = 0
  const { now } = b.engine.store
  b.engine.store.now = (server) => {
    looks++
    return now(server)
  }
  sweeper.start()
  for (let second = 0; second < 10; second++) await b.clock.advance(1_000)
  await sweeper.stop()
  const before = looks
  expect(before).toBeGreaterThanOrEqual(2 * 5)
  await b.clock.advance(60_000)
  expect([looks, b.clock.pending]).toEqual([before, 0])
})

test('a job queued by a server whose clock is ahead can be claimed by all', async () => {
  await b.jobs.succeed(job.id, job.fence, {})
  const ahead = b.engine.clock.now
  b.engine.clock.now = () => ahead.call(b.clock) + 7_200_000
  await b.operations.startPipelineExecution(me, { name: 'demo' })
  b.engine.clock.now = ahead
  expect(await b.jobs.claim('worker', ['Source/Custom/Repo/1'], 1)).toHaveLength(1)
})
