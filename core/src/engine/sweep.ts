import { isFault } from '../domain/faults.js'
import type { Job } from '../domain/job.js'
import { apply } from './apply.js'
import type { Engine } from './engine.js'
import { reportOn } from './jobs.js'
import { endingSteps } from './lifecycle.js'

const batch = 100

/** Answers the moment, by the database's clock, up to which leases may be judged. Asked again before each job. */
export type Look = () => Promise<number>

/**
 * Finds what a lost signal missed and what time has decided: actions past their deadline (J10, A3), jobs handed out and
 * never acknowledged (J6), jobs whose worker is gone. Safe on several servers at once: what became of a job since it was
 * found is seen by the statement that takes it. Answers how much it found.
 */
export async function sweep(engine: Engine, look: Look = () => engine.store.now(engine.clock.now())): Promise<number> {
  const overdue = await engine.store.read.overdue(await look(), batch)
  for (const { pipelineName, executionId, id } of overdue) {
    const event = { type: 'TimeOut', executionId, actionExecutionId: id } as const
    await tolerant(() => apply(engine, pipelineName, event, { executionIds: [executionId] }))
    await look()
  }
  const expired = await engine.store.read.expiredLeases(await look(), batch)
  for (const job of expired) {
    const judgedAt = await look()
    await tolerant(() => release(engine, job, judgedAt))
  }
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

async function release(engine: Engine, job: Job, judgedAt: number): Promise<void> {
  if (job.cancelRequested) await bury(engine, job, judgedAt)
  else if (job.status === 'Dispatched' || mayBeginAgain(engine, job)) await takeBack(engine, job, judgedAt)
  else await declareLost(engine, job, judgedAt)
}

function mayBeginAgain(engine: Engine, { kind, data }: Job): boolean {
  return kind === 'rule' || engine.types.facts(data.actionTypeId)?.idempotent === true
}

/** The engine had ended the action, and the worker's last word will not come. */
async function bury(engine: Engine, { id, fence, cancelRequested }: Job, leaseOverAt: number): Promise<void> {
  const by = endingSteps[cancelRequested ?? 'stop']
  const ended = { ended: engine.clock.now(), leaseUntil: undefined }
  await engine.store.transact((unit) => unit.stepJob(id, by, { fence, leaseOverAt, cancelRequested: true }, ended))
}

/** J6: back into the queue, under a nonce that the old worker does not know. */
async function takeBack(engine: Engine, { id, fence }: Job, leaseOverAt: number): Promise<void> {
  const patch = { nonce: engine.newId(), workerId: undefined, leaseUntil: undefined }
  const guard = { fence, leaseOverAt, cancelRequested: false }
  if (await engine.store.transact((unit) => unit.stepJob(id, 'takeBack', guard, patch)))
    engine.store.signal({ kind: 'jobs' })
}

async function declareLost(engine: Engine, found: Job, judgedAt: number): Promise<void> {
  await reportOn(engine, found, (job) => {
    const { leaseUntil = Number.POSITIVE_INFINITY } = job
    // Its worker was heard of just now, or has ended it, or the engine has.
    if (job.fence !== found.fence || leaseUntil > judgedAt || job.cancelRequested) return undefined
    const silent = Math.round((judgedAt - leaseUntil) / 1000)
    const message = `its worker ${job.workerId} has not been heard of, and its lease ended ${silent} s ago; the work cannot be begun again by itself: retry the stage once it is clear what the worker did`
    return { type: 'JobFailed', job, failure: { type: 'SystemUnavailable', message } }
  })
}
