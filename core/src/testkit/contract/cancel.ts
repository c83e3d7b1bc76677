/** A cancelled action ends within five seconds, whatever it was about. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { JobFailed } from '../../host/job-failed.js'
import type { ActionRun } from '../run-action.js'
import type { OnTrialEvent } from '../trial.js'
import { type AnyProvider, checkRun, makeTrial } from './checked-trial.js'
import { type ActionCase, type ActionFixtures, merged } from './fixtures.js'
import { children } from './stray-processes.js'

/** Milliseconds from the cancel to the end. Steps get two of these seconds between TERM and KILL. */
const PROMPT = 5_000

/** Cancels before the beginning and, when there is a slow case, in the middle. Errors: AssertionError. */
export async function assertCancels(provider: AnyProvider, fixtures: ActionFixtures): Promise<void> {
  await cancelled(provider, fixtures, 'before its beginning', (cancel) => {
    cancel()
    return undefined
  })
  if (fixtures.slow === undefined) return
  const { begun, ...slow } = fixtures.slow
  const run = await cancelled(provider, merged(fixtures, slow), 'in the middle of its work', (cancel, readLog) => {
    if (begun === undefined) return cancel
    void untilLogged(readLog, begun).then(cancel)
    return undefined
  })
  assert.equal(
    run.outcome,
    'failed',
    `${provider.provider} was cancelled in the middle of its work, and says it succeeded`,
  )
}

/** Says when the cancel comes; what it answers is called at the first event. */
type Arrange = (cancel: () => void, readLog: () => string) => OnTrialEvent | undefined

async function cancelled(provider: AnyProvider, given: ActionCase, when: string, arrange: Arrange): Promise<ActionRun> {
  const abort = new AbortController()
  const trial = await makeTrial(provider, given, abort.signal)
  const before = children()
  let at = Number.POSITIVE_INFINITY
  const cancel = () => {
    if (abort.signal.aborted) return
    at = Date.now()
    abort.abort(new JobFailed('the execution was stopped'))
  }
  const running = trial.run(arrange(cancel, () => trial.spool()))
  const late = untilLate(() => at)
  const run = await Promise.race([running, late.passed])
  late.cancel()
  if (run === undefined) trial.kill()
  const remedy = 'hand ctx.signal on to what you wait for, and wait with ctx.sleep and ctx.http'
  assert.ok(
    run !== undefined,
    `${provider.provider} still runs ${PROMPT / 1000} s after it was cancelled ${when}: ${remedy}`,
  )
  await checkRun(provider, given, trial, run, before)
  return run
}

/** Resolves with nothing once a cancel was not heeded, or nothing came that could be cancelled. */
function untilLate(at: () => number): { readonly passed: Promise<undefined>; cancel(): void } {
  const stop = new AbortController()
  const giveUp = Date.now() + 40_000
  const look = async () => {
    while (Date.now() < Math.min(at() + PROMPT, giveUp)) await delay(25, undefined, { signal: stop.signal })
    return undefined
  }
  const passed = look().catch(() => undefined)
  return { passed, cancel: () => stop.abort() }
}

async function untilLogged(read: () => string, text: string): Promise<void> {
  for (const deadline = Date.now() + 35_000; !read().includes(text) && Date.now() < deadline; ) await delay(25)
}
