import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigurationOf, PropertyDeclarations } from '../../host/action-type-declaration.js'
import { artifactDetails, declarationProblems } from '../../host/declaration.js'
import type { SourceProvider } from '../../host/source-provider.js'
import { parseConfiguration } from '../../worker/configuration.js'
import { type TestRunner, testRunner } from '../runner.js'
import { actionChecks, assertConfigurable, suiteTimeout } from './action.js'
import type { AnyProvider } from './checked-trial.js'
import { type ActionCase, type ActionFixtures, type Given, give, merged, secretsOf } from './fixtures.js'
import { pollContext } from './poll.js'

/**
 * A source that can be made to change, and one that is not there.
 * @example
 * const fixtures: SourceFixtures = { change: () => undefined, missing: { configuration: { Branch: 'nowhere' } } }
 */
export interface SourceFixtures extends ActionFixtures {
  /** Makes a new revision where the configuration points to. */
  readonly change: () => void | Promise<void>
  /** Members that point to where nothing is: the poll must reject, in words for the pipeline's owner. */
  readonly missing: ActionCase
}

/**
 * Declares what every source provider must keep to: all of testActionProvider, for the run that fetches a pinned
 * revision; and polls that answer the same until something changes, see a change, end when aborted, fail in words, and
 * do not say secrets.
 * @example
 * const clock = { now: 1 }
 * const ticks = defineSource({
 *   provider: 'Ticks', configuration: { Of: { description: 'what', required: true } }, outputArtifacts: 1,
 *   async latestRevision({ Of }) {
 *     if (Of !== 'clock') throw new JobFailed(`Of is ${Of}: clock is right`)
 *     return { revisionId: String(clock.now) }
 *   },
 *   async run(job, ctx) {
 *     await ctx.output('.')
 *     return { revision: job.revision ?? { revisionId: String(clock.now) } }
 *   },
 * })
 * const tick = () => void (clock.now += 1)
 * testSourceProvider('Ticks', () => ticks, {
 *   configuration: { Of: 'clock' }, outputs: ['Code'], change: tick, missing: { configuration: { Of: 'calendar' } },
 * })
 */
export function testSourceProvider<P extends PropertyDeclarations>(
  name: string,
  make: () => SourceProvider<P> | Promise<SourceProvider<P>>,
  fixtures: Given<SourceFixtures>,
  runner?: TestRunner,
): void {
  const { describe, test } = testRunner(runner)
  describe(`SourceProvider contract: ${name}`, () => {
    const check = (what: string, body: (provider: Source, fixtures: SourceFixtures) => Promise<void>) =>
      test(what, async () => body((await make()) as unknown as Source, await give(fixtures)), suiteTimeout)
    check('its declaration is valid', async (source, given) => {
      assert.deepEqual(declarationProblems(source), [])
      assert.equal(source.category, 'Source')
      assert.equal(artifactDetails(source.inputArtifacts).maximumCount, 0, 'a source has no input artifacts')
      assertConfigurable(source as AnyProvider, given)
    })
    check('polls answer the same until something changes', assertIdempotent)
    check('what happened since a cursor is told once for each cursor', assertTellsChanges)
    check('an aborted poll ends within five seconds', assertPollAborts)
    check('a source that is not there is said in words, without secrets', assertExplains)
    const made = async () => (await make()) as unknown as AnyProvider
    actionChecks(
      (what, body) => check(what, async (source, given) => body(source as AnyProvider, await pinned(source, given))),
      made,
    )
  })
}

type Source = SourceProvider<PropertyDeclarations>
type Configuration = ConfigurationOf<PropertyDeclarations>

async function configurationOf(source: Source, { configuration, secrets }: ActionCase): Promise<Configuration> {
  const { values } = await parseConfiguration(
    source.configuration,
    configuration ?? {},
    async (name) => secrets?.[name],
  )
  return values as Configuration
}

/** Runs fetch what a poll found. */
async function pinned(source: Source, given: SourceFixtures): Promise<ActionFixtures> {
  const revision = await source.latestRevision(await configurationOf(source, given), pollContext())
  return revision === undefined ? given : { ...given, revision }
}

async function assertIdempotent(source: Source, given: SourceFixtures): Promise<void> {
  const configuration = await configurationOf(source, given)
  const latest = () => source.latestRevision(configuration, pollContext())
  const first = await latest()
  assert.deepEqual(await latest(), first, 'a second poll answers otherwise, though nothing changed')
  assert.equal(
    source.pollKey?.(configuration),
    source.pollKey?.(await configurationOf(source, given)),
    'pollKey wavers',
  )
  await given.change()
  const changed = await latest()
  assert.notEqual(changed?.revisionId, first?.revisionId, 'a change was made, and the poll answers the same revisionId')
  assert.deepEqual(await latest(), changed)
}

async function assertTellsChanges(source: Source, given: SourceFixtures): Promise<void> {
  if (source.changesSince === undefined) return
  const configuration = await configurationOf(source, given)
  const interest = { allBranches: true, tags: true, changedFiles: false }
  const since = async (cursor: string | undefined) => {
    assert.ok(source.changesSince)
    return source.changesSince(configuration, cursor, interest, pollContext())
  }
  const begin = await since(undefined)
  assert.deepEqual(begin.revisions, [], 'without a cursor nothing is new')
  assert.deepEqual((await since(begin.cursor)).revisions, [], 'nothing changed, and something is told')
  await given.change()
  const told = await since(begin.cursor)
  assert.notEqual(told.revisions.length, 0, 'a change was made, and nothing is told')
  assert.deepEqual((await since(begin.cursor)).revisions, told.revisions, 'the same cursor answers otherwise')
  assert.deepEqual((await since(told.cursor)).revisions, [], 'a change is told a second time')
}

async function assertPollAborts(source: Source, given: SourceFixtures): Promise<void> {
  const configuration = await configurationOf(source, given)
  const ended = source.latestRevision(configuration, pollContext(AbortSignal.abort())).then(
    () => true,
    () => true,
  )
  const late = new AbortController()
  const limit = delay(5_000, false, { signal: late.signal }).catch(() => false)
  assert.ok(await Promise.race([ended, limit]), 'an aborted poll still runs after 5 s: hand ctx.signal on')
  late.abort()
}

async function assertExplains(source: Source, given: SourceFixtures): Promise<void> {
  const missing = merged(given, given.missing)
  const ctx = pollContext()
  const poll = source.latestRevision(await configurationOf(source, missing), ctx)
  const error: unknown = await poll.then(
    (found) => assert.fail(`a source that is not there answers ${JSON.stringify(found)}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Error || typeof (error as Error).message === 'string')
  const { message } = error as Error
  assert.ok(message.length >= 10, `the error says only '${message}'`)
  for (const secret of secretsOf(source.configuration, missing)) {
    assert.ok(![message, ...ctx.said].some((text) => text.includes(secret)), 'the error of a poll shows a secret')
  }
}
