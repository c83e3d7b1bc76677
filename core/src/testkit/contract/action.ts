import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ActionProvider } from '../../host/action-provider.js'
import type { PropertyDeclarations } from '../../host/action-type-declaration.js'
import { declarationProblems } from '../../host/declaration.js'
import { configurationProblems } from '../../worker/configuration-problems.js'
import { type TestRunner, testRunner } from '../runner.js'
import { assertRefusesBad } from './bad-configuration.js'
import { assertCancels } from './cancel.js'
import { type AnyProvider, checkRun, makeTrial, reasonOf, runChecked } from './checked-trial.js'
import { type ActionFixtures, type Given, give, merged } from './fixtures.js'
import { assertKeepsItsPlace } from './restart.js'
import { children } from './stray-processes.js'
import { writesOutside } from './writes.js'

/** Milliseconds for one test of a suite: real processes, on machines that are busy. */
export const suiteTimeout = 180_000

/**
 * Declares what every action provider must keep to: a valid declaration; wrong configurations refused in words that name
 * the property; an end within five seconds of a cancel; its place kept over a restart at any step, checkpoint, progress
 * or output; no secret in log, answer or output; progress that never falls; no process left running; nothing written
 * outside of the job's folders. Works with jest, vitest and `node:test` alike (see TestRunner).
 * @example
 * const greet = defineAction({
 *   category: 'Build', provider: 'Greet', configuration: { Name: { description: 'whom', required: true } },
 *   async run(job, ctx) { await ctx.exec(['echo', `hello ${job.configuration.Name}`]) },
 * })
 * testActionProvider('Greet', () => greet, { configuration: { Name: 'World' } })
 */
export function testActionProvider<P extends PropertyDeclarations>(
  name: string,
  make: () => ActionProvider<P> | Promise<ActionProvider<P>>,
  fixtures: Given<ActionFixtures>,
  runner?: TestRunner,
): void {
  const { describe, test } = testRunner(runner)
  const made = async () => (await make()) as unknown as AnyProvider
  describe(`ActionProvider contract: ${name}`, () => {
    const check = (what: string, body: (provider: AnyProvider, fixtures: ActionFixtures) => Promise<void>) =>
      test(what, async () => body(await made(), await give(fixtures)), suiteTimeout)

    check('its declaration is valid', async (provider, given) => {
      assert.deepEqual(declarationProblems(provider as ActionProvider), [])
      assertConfigurable(provider, given)
    })
    actionChecks(check, made)
  })
}

type Check = (what: string, body: (provider: AnyProvider, fixtures: ActionFixtures) => Promise<void>) => void

/** What actions and sources share once they run. */
export function actionChecks(check: Check, make: () => Promise<AnyProvider>): void {
  check('it succeeds, and writes nothing outside of its folders', assertStaysInside)
  check('wrong configurations are refused, with the remedy', (provider, given) =>
    assertRefusesBad(provider, given, given.bad),
  )
  check('a cancel ends it within five seconds', assertCancels)
  check('it keeps its place over restarts', (provider, given) => assertKeepsItsPlace(provider, given, make))
  check('it says no secrets, even when tempted', assertDiscreet)
}

/** The fixtures' own configuration must pass as one of a pipeline would. */
export function assertConfigurable(provider: AnyProvider, { configuration }: ActionFixtures): void {
  const problems = configurationProblems(provider as unknown as ActionProvider, configuration ?? {})
  assert.deepEqual(problems, [], 'the fixtures have a wrong configuration')
}

/** Runs the case under watch. What its steps write is not seen, only what the provider itself does. */
async function assertStaysInside(provider: AnyProvider, given: ActionFixtures): Promise<void> {
  const trial = await makeTrial(provider, given)
  const before = children()
  const written = await writesOutside([trial.folder, ...(given.mayWrite ?? [])], async () => {
    const run = await trial.run()
    assert.equal(run.outcome, 'succeeded', `the fixtures must make it succeed: ${reasonOf(run)}`)
    await checkRun(provider, given, trial, run, before)
  })
  const remedy = `use ctx.workspace (${join('work', '<id>', 'files')}), which is cleared up with the job`
  assert.deepEqual(written, [], `it writes outside of the job's folders: ${remedy}`)
}

async function assertDiscreet(provider: AnyProvider, given: ActionFixtures): Promise<void> {
  const tempting = given.tempting === undefined ? given : merged(given, given.tempting)
  await runChecked(provider, tempting) // However it ends: failures must be discreet too.
}
