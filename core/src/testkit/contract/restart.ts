/** An action keeps its place when its server is killed and another one takes it up. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readStatus } from '../../worker/step-files.js'
import type { ActionRun } from '../run-action.js'
import type { Trial, TrialEvent } from '../trial.js'
import { type AnyProvider, checkRun, makeTrial, reasonOf, runChecked } from './checked-trial.js'
import type { ActionFixtures } from './fixtures.js'
import { children } from './stray-processes.js'

/** At how many of an action's events a server is killed. */
const KILLS = 6

/** Kills the server at each of the first events, lets another one go on, and compares with a run that nobody disturbed. */
export async function assertKeepsItsPlace(
  provider: AnyProvider,
  fixtures: ActionFixtures,
  make: () => Promise<AnyProvider>,
): Promise<void> {
  const events: TrialEvent[] = []
  const undisturbed = await runChecked(provider, fixtures, { onEvent: (event) => void events.push(event) })
  assert.equal(undisturbed.outcome, 'succeeded', `the fixtures must make it succeed: ${reasonOf(undisturbed)}`)
  for (let at = 1; at <= Math.min(events.length, KILLS); at++) {
    const where = `a restart at ${events[at - 1]} (event ${at} of ${events.length})`
    const effects = (await fixtures.effects?.()) ?? 0
    await killedAt(make, fixtures, at, where, undisturbed)
    const done = ((await fixtures.effects?.()) ?? 1) - effects
    const remedy = 'keep with ctx.checkpoint what was begun outside, and look it up before you begin it'
    assert.equal(done, 1, `${where} made the outside do the work ${done} times: ${remedy}`)
  }
}

async function killedAt(
  make: () => Promise<AnyProvider>,
  given: ActionFixtures,
  at: number,
  where: string,
  undisturbed: ActionRun,
): Promise<void> {
  const trial = await makeTrial(await make(), given)
  const before = children()
  await untilKilled(trial, at)
  const begun = startsOf(trial)
  const known = trial.progress.map(({ externalExecutionId }) => externalExecutionId).filter((id) => id !== undefined)
  const provider = await make() // a new server has nothing of what the killed one had in memory
  const again = await trial.run(undefined, provider)
  assert.equal(again.outcome, undisturbed.outcome, `after ${where} it ends otherwise: ${reasonOf(again)}`)
  const after = startsOf(trial)
  for (const [step, start] of Object.entries(begun)) {
    assert.equal(after[step], start, `${where} ran step ${step} a second time`)
  }
  const [first] = known
  const last = again.result?.externalExecutionId
  if (first !== undefined && last !== undefined) {
    assert.equal(
      last,
      first,
      `after ${where} it follows ${last}, and ${first} is nobody's: keep the id with ctx.checkpoint`,
    )
  }
  assert.deepEqual(shapeOf(again), shapeOf(undisturbed), `after ${where} the answer has another shape`)
  await checkRun(provider, given, trial, again, before)
  trial.bury()
}

/** Runs up to an event, which is on record when the server dies; or to the end, when it goes another way this time. */
async function untilKilled(trial: Trial, at: number): Promise<void> {
  let count = 0
  let tell = () => {}
  const reached = new Promise<void>((resolve) => {
    tell = resolve
  })
  const run = trial.run(() => {
    count += 1
    if (count !== at) return undefined
    trial.kill()
    tell()
    return new Promise<void>(() => {})
  })
  await Promise.race([reached, run, delay(60_000, undefined, { ref: false })])
}

/** Which process each step began with: another one would be a second run. */
function startsOf({ steps }: Trial): Record<string, string> {
  const begun = namesIn(steps).map((name) => [name, readStatus(join(steps, name)).start] as const)
  return Object.fromEntries(
    begun.flatMap(([name, start]) => (start ? [[name, `${start.pid} ${start.startTime}`]] : [])),
  )
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // It runs no commands.
  }
}

function shapeOf({ result, outputs }: ActionRun) {
  return {
    outputVariables: Object.keys(result?.outputVariables ?? {}).sort(),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, folder]) => [
        name,
        readdirSync(folder, { recursive: true }).map(String).sort(),
      ]),
    ),
  }
}
