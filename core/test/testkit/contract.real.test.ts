/** The suites catch what they are there for: each broken provider fails exactly the test that it should. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ActionProvider, defineAction } from '../../src/host/action-provider.js'
import { JobFailed } from '../../src/host/job-failed.js'
import { defineRule } from '../../src/host/rule-provider.js'
import { defineSource } from '../../src/host/source-provider.js'
import { testActionProvider } from '../../src/testkit/contract/action.js'
import type { ActionFixtures } from '../../src/testkit/contract/fixtures.js'
import { testNotifier } from '../../src/testkit/contract/notifier.js'
import { testRuleProvider } from '../../src/testkit/contract/rule.js'
import { testSecretStore } from '../../src/testkit/contract/secret-store.js'
import { testSourceProvider } from '../../src/testkit/contract/source.js'
import { dummyProvider } from '../../src/testkit/dummy-provider.js'
import type { TestRunner } from '../../src/testkit/runner.js'

jest.setTimeout(120_000)

/** Runs a suite's tests here and answers which failed, and why. */
async function failures(declare: (runner: TestRunner) => void): Promise<Record<string, string>> {
  const tests: [string, () => Promise<void>][] = []
  declare({ describe: (_name, body) => body(), test: (name, body) => void tests.push([name, body]) })
  expect(tests.length).toBeGreaterThan(1)
  const failed: Record<string, string> = {}
  for (const [name, body] of tests)
    await body().catch((error: Error) => Object.assign(failed, { [name]: error.message }))
  return failed
}

const action = (provider: unknown, fixtures: ActionFixtures = {}) =>
  failures((runner) => testActionProvider('x', () => provider as ActionProvider, fixtures, runner))

const outside = join(tmpdir(), `penstock-outside-${process.pid}`)

test.each([
  {
    it: 'a declaration without a description',
    provider: defineAction({
      category: 'Build',
      provider: 'X',
      configuration: { A: { description: '' } },
      run: async () => {},
    }),
    fails: 'its declaration is valid',
    says: 'description is missing',
  },
  {
    it: 'a provider that does not listen',
    provider: defineAction({
      category: 'Build',
      provider: 'X',
      configuration: { Deaf: { type: 'boolean', description: 'whether it waits without listening', default: false } },
      async run(job, ctx) {
        if (!job.configuration.Deaf) return
        ctx.log.line('begun')
        await new Promise((resolve) => setTimeout(resolve, 15_000).unref())
      },
    }),
    fixtures: { slow: { configuration: { Deaf: 'true' }, begun: 'begun' } },
    fails: 'a cancel ends it within five seconds',
    says: 'still runs 5 s after it was cancelled',
  },
  {
    it: 'one that forgets what it began',
    provider: (() => {
      let begun = 0
      return defineAction({
        category: 'Build',
        provider: 'X',
        configuration: {},
        async run(_job, ctx) {
          const externalExecutionId = String(++begun)
          await ctx.progress({ externalExecutionId })
          return { externalExecutionId }
        },
      })
    })(),
    fails: 'it keeps its place over restarts',
    says: 'keep the id with ctx.checkpoint',
  },
  {
    it: 'one whose commands differ each time',
    provider: (() => {
      let time = 0
      return defineAction({
        category: 'Build',
        provider: 'X',
        configuration: {},
        run: async (_job, ctx) => void (await ctx.exec(['echo', String(++time)])),
      })
    })(),
    fails: 'it keeps its place over restarts',
    says: 'must run the same commands',
  },
  {
    it: 'one that puts a secret into a variable',
    provider: defineAction({
      category: 'Build',
      provider: 'X',
      configuration: { Token: { description: 'a token', secret: true, required: true } },
      run: async ({ configuration }) => ({ outputVariables: { Used: configuration.Token } }),
    }),
    fixtures: { configuration: { Token: 'tops3cret' } },
    fails: 'it says no secrets, even when tempted',
    says: 'the result shows a secret',
  },
  {
    it: 'progress that falls',
    provider: defineAction({
      category: 'Build',
      provider: 'X',
      configuration: {},
      async run(_job, ctx) {
        await ctx.progress({ percentComplete: 50 })
        await ctx.progress({ percentComplete: 20 })
      },
    }),
    fails: 'it succeeds, and writes nothing outside of its folders',
    says: 'progress fell from 50 % to 20 %',
  },
  {
    it: 'a process of its own making, left running',
    provider: defineAction({
      category: 'Build',
      provider: 'X',
      configuration: {},
      run: async () => void spawn('sleep', ['20'], { stdio: 'ignore' }).unref(),
    }),
    fails: 'it succeeds, and writes nothing outside of its folders',
    says: 'run commands with ctx.exec',
  },
  {
    it: 'a file somewhere else',
    provider: defineAction({
      category: 'Build',
      provider: 'X',
      configuration: {},
      run: async () => writeFileSync(outside, 'x'),
    }),
    fails: 'it succeeds, and writes nothing outside of its folders',
    says: `writeFile ${outside}`,
  },
  {
    it: 'a wrong value that is taken',
    provider: dummyProvider({ configuration: { Minutes: { description: 'any' } } }),
    fixtures: { bad: [{ configuration: { Minutes: '-1' }, says: 'Minutes' }] },
    fails: 'wrong configurations are refused, with the remedy',
    says: 'takes the wrong configuration',
  },
])('it catches $it', async ({ provider, fixtures, fails, says }) => {
  const failed = await action(provider, fixtures as ActionFixtures)
  expect(failed).toMatchObject({ [fails]: expect.stringContaining(says) })
})

test('an honest provider passes, with effects counted over restarts', async () => {
  let builds = 0
  const remote = defineAction({
    category: 'Build',
    provider: 'Remote',
    configuration: {},
    async run(job, ctx) {
      const known = job.checkpoint as { readonly build: number } | undefined
      const { build } = known ?? { build: ++builds }
      if (!known) await ctx.checkpoint({ build })
      await ctx.progress({ externalExecutionId: String(build) })
      return { externalExecutionId: String(build) }
    },
  })
  expect(await action(remote, { effects: () => builds })).toEqual({})
  const forgetful = {
    ...remote,
    run: async (_job, ctx) => void (await ctx.progress({ summary: String(++builds) })),
  } as ActionProvider
  expect(await action(forgetful, { effects: () => builds })).toMatchObject({
    'it keeps its place over restarts': expect.stringContaining('do the work 2 times'),
  })
})

test('a source that never changes, and one that changes by itself', async () => {
  let polls = 0
  const source = (revisionId: () => string) =>
    defineSource({
      provider: 'X',
      configuration: {},
      outputArtifacts: 1,
      latestRevision: async () => ({ revisionId: revisionId() }),
      run: async (job) => (job.revision ? { revision: job.revision } : undefined),
    })
  const suite = (made: ReturnType<typeof source>) =>
    failures((runner) => testSourceProvider('x', () => made, { change: () => {}, missing: {} }, runner))
  const name = 'polls answer the same until something changes'
  expect(await suite(source(() => 'same'))).toMatchObject({
    [name]: expect.stringContaining('a change was made'),
    'a source that is not there is said in words, without secrets': expect.stringContaining('answers {"revisionId"'),
  })
  expect(await suite(source(() => String(++polls)))).toMatchObject({
    [name]: expect.stringContaining('though nothing changed'),
  })
})

test('a rule that always holds, a notifier that drops, a store that reads any file', async () => {
  const always = defineRule({ provider: 'X', configuration: {}, run: async () => {} })
  const fails = { commands: ['false'] }
  expect(await failures((runner) => testRuleProvider('x', () => always, { fails }, runner))).toMatchObject({
    'it judges the same case the same, and gives its reason': expect.stringContaining('must fail'),
  })
  const silent = { name: 'silent', notify: async () => {} }
  const dropped = await failures((runner) => testNotifier('x', () => silent, { received: () => [] }, runner))
  expect(Object.keys(dropped)).toHaveLength(5)
  const open = { name: 'open', get: async (name: string) => (name === '' ? undefined : `value of ${name}`) }
  expect(await failures((runner) => testSecretStore('x', () => open, { a: 'value of a' }, runner))).toMatchObject({
    'what it does not have is undefined': expect.stringContaining('no-such-secret'),
  })
  const closed = { name: 'closed', get: async () => Promise.reject(new JobFailed('no')) }
  expect(
    Object.keys(await failures((runner) => testSecretStore('x', () => closed, { a: 'value' }, runner))),
  ).toHaveLength(1)
})
