import { isFault } from '../domain/faults.js'
import type { Job } from '../domain/job.js'
import { apply } from './apply.js'
import type { Engine } from './engine.js'
import { announced, reportIn } from './jobs.js'
import { jobLifecycle, step } from './lifecycle.js'

const batch = 100

/**
 * Finds what a lost signal missed and what time has decided: actions past their deadline (J10, A3), jobs handed out and
 * never acknowledged (J6), jobs whose worker is gone. Safe on several servers at once. Answers how much it found.
 */
export async function sweep(engine: Engine, now = engine.clock.now()): Promise<number> {
  const overdue = await engine.store.read.overdue(now, batch)
  for (const { pipelineName, executionId, id } of overdue) {
    const event = { type: 'TimeOut', executionId, actionExecutionId: id } as const
    await tolerant(() => apply(engine, pipelineName, event, { executionIds: [executionId] }))
  }
  const expired = await engine.store.read.expiredLeases(now, batch)
  for (const job of expired) await tolerant(() => release(engine, job))
  return overdue.length + expired.length
}

/** What is gone meanwhile needs no sweeping. */
async function tolerant(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isFault(error)) throw error
  }
}

async function release(engine: Engine, job: Job): Promise<void> {
  if (job.cancelRequested) {
    const status = job.cancelRequested === 'timeout' ? 'TimedOut' : 'Failed'
    await engine.store.transact((unit) =>
      unit.updateJob(job.id, job.fence, { status, ended: engine.clock.now(), leaseUntil: undefined }),
    )
  } else if (job.status === 'Dispatched' || mayBeginAgain(engine, job)) {
    await takeBack(engine, job)
  } else {
    await declareLost(engine, job)
  }
}

function mayBeginAgain(engine: Engine, { kind, data }: Job): boolean {
  return kind === 'rule' || engine.types.facts(data.actionTypeId)?.idempotent === true
}

/** J6: back into the queue, under a nonce that the old worker does not know. */
async function takeBack(engine: Engine, job: Job): Promise<void> {
  const status = step(jobLifecycle, job.status, 'takeBack')
  const patch = { status, nonce: engine.newId(), workerId: undefined, leaseUntil: undefined }
  await engine.store.transact((unit) => unit.updateJob(job.id, job.fence, patch))
  engine.store.signal('jobs')
}

async function declareLost(engine: Engine, job: Job): Promise<void> {
  const silent = Math.round((engine.clock.now() - (job.leaseUntil ?? engine.clock.now())) / 1000)
  const message = `its worker ${job.workerId} has not been heard of, and its lease ended ${silent} s ago; the work cannot be begun again by itself: retry the stage once it is clear what the worker did`
  await announced(engine, (unit) =>
    reportIn(engine, unit, job, (now) => ({
      type: 'JobFailed',
      job: now,
      failure: { type: 'SystemUnavailable', message },
    })),
  )
}
