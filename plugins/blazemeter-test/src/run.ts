import { type ActionJob, type JobContext, JobFailed } from '@penstock/core'
import { type BlazeMeterApi, BlazeMeterError } from './api.js'
import type { TestConfiguration } from './properties.js'
import type { MasterStatus, Started, Test } from './shapes.js'

/** A test that was started: what the checkpoint keeps, so that a restarted server follows it instead of paying for another. */
export interface Run {
  readonly masterId: string
  /** Functional GUI tests are judged in another way. */
  readonly kind: 'load' | 'functionalGui'
  /** Epoch milliseconds. */
  readonly started: number
}

const ended = 140

/**
 * Starts the test, or takes up the one that the checkpoint names.
 * Errors: ConfigurationError when there is no such test; what BlazeMeter says, else.
 */
export async function startRun(
  job: ActionJob<TestConfiguration>,
  testId: string,
  api: BlazeMeterApi,
  ctx: JobContext,
): Promise<Run> {
  const kept = job.checkpoint as Run | undefined
  if (kept?.masterId !== undefined) {
    ctx.log.line(`Following BlazeMeter run ${kept.masterId} again`)
    return kept
  }
  const { path, test } = await findTest(testId, api)
  ctx.log.line(`Starting BlazeMeter test ${testId}${test.name === undefined ? '' : ` (${test.name})`}`)
  const started = (await api.post(`${path}/start`)) as Started | undefined
  if (started?.id === undefined) throw new JobFailed(`BlazeMeter started test ${testId} without telling the run's id`)
  const run: Run = { masterId: String(started.id), kind: kindOf(test), started: ctx.clock.now() }
  await ctx.checkpoint(run)
  if (job.configuration.Note !== undefined)
    await api.patch(`/masters/${run.masterId}`, { note: job.configuration.Note })
  return run
}

/** A suffix says where to look; else single tests first, and multi-tests when there is none. */
async function findTest(testId: string, api: BlazeMeterApi): Promise<{ path: string; test: Test }> {
  const [id, suffix] = testId.split('.')
  const single = `/tests/${id}`
  const multi = `/multi-tests/${id}`
  if (suffix === 'multi') return { path: multi, test: (await api.get(multi)) as Test }
  try {
    return { path: single, test: (await api.get(single)) as Test }
  } catch (error) {
    if (suffix !== undefined || !isNotFound(error)) throw error
  }
  try {
    return { path: multi, test: (await api.get(multi)) as Test }
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new JobFailed(
      `TestId: BlazeMeter knows neither a test nor a multi-test ${id} that this key may see`,
      'ConfigurationError',
    )
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof BlazeMeterError && /not found/i.test(error.message)
}

function kindOf(test: Test): Run['kind'] {
  const types = [test.configuration?.type, test.collectionType]
  return types.includes('functionalGui') ? 'functionalGui' : 'load'
}

/**
 * Looks at the run until it ended; reports progress. Aborted or too late, it cancels the run.
 * Errors: JobFailed when the time limit passed.
 */
export async function followRun(run: Run, api: BlazeMeterApi, ctx: JobContext, limits: Limits): Promise<void> {
  let progress = 0
  let said = ''
  try {
    for (;;) {
      const status = ((await api.get(`/masters/${run.masterId}/status?events=false`)) ?? {}) as MasterStatus
      progress = status.progress ?? progress
      const now = `${status.status ?? 'unknown'} (${progress})`
      if (now !== said) ctx.log.line(`BlazeMeter run ${run.masterId}: ${now}`)
      said = now
      if (progress >= ended || status.status === 'ENDED') return
      if (ctx.clock.now() - run.started > limits.minutes * 60_000) throw tooLate(run, said, limits)
      await ctx.progress({ percentComplete: percentOf(progress), summary: `BlazeMeter: ${now}` })
      await ctx.sleep(limits.pollSeconds * 1000)
    }
  } catch (error) {
    // Not on a poll that failed for good: the run may be fine, and the checkpoint finds it again.
    if (ctx.signal.aborted || error instanceof RunTooLong) {
      // What never came to run is terminated, what has data is stopped so that it keeps its report.
      const how = progress > 0 && progress < 100 ? 'terminate' : 'stop'
      const done = await api.cancel(run.masterId, how)
      ctx.log.line(`BlazeMeter run ${run.masterId}: ${how}${done ? '' : ' failed; look at it on BlazeMeter'}`)
    }
    throw error
  }
}

export interface Limits {
  readonly minutes: number
  readonly pollSeconds: number
}

class RunTooLong extends JobFailed {}

function tooLate(run: Run, said: string, { minutes }: Limits): RunTooLong {
  return new RunTooLong(
    `BlazeMeter run ${run.masterId} did not end within TimeLimitMinutes ${minutes}; it was ${said}`,
    'JobFailed',
    run.masterId,
  )
}

/** BlazeMeter's progress counts phases: below 100 it boots, from 100 it has data, 140 is the end. */
function percentOf(progress: number): number {
  return Math.max(0, Math.min(99, Math.round((progress / ended) * 100)))
}
