/** What a webhook tells of a push, held against where the branch is: pushes come late, twice and out of order. */
import type { FoundRevision } from '../../src/domain/git-event.js'
import type { Pipeline } from '../../src/domain/pipeline.js'
import { ProviderRegistry } from '../../src/host/registry.js'
import { LeftRevisions, upToDate } from '../../src/scheduler/branch-tip.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

const actionTypeId = { category: 'Source', owner: 'Custom', provider: 'Scripted', version: '1' } as const
const action = { name: 'Fetch', actionTypeId, configuration: {} }
const pipeline: Pipeline = {
  name: 'p',
  declaration: {
    name: 'p',
    roleArn: 'arn:aws:iam::000000000000:role/r',
    stages: [
      { name: 'Source', actions: [action] },
      { name: 'Build', actions: [] },
    ],
  },
  version: 1,
  created: 0,
  updated: 0,
  tags: {},
}

function push(from: string, to: string, branch = 'main'): FoundRevision {
  return { revisionId: to, event: { kind: 'push', branch, previousRevisionId: from } }
}

/** Tells of pushes one after the other, each while `main` is at `tip`; answers with what each is taken for. */
async function taken(pushes: readonly { readonly told: FoundRevision; readonly tip: string }[]) {
  let tip = ''
  const registry = new ProviderRegistry()
  registry.addAction('scripted', {
    category: 'Source',
    provider: 'Scripted',
    outputArtifacts: 1,
    run: async () => {},
    latestRevision: async () => ({ revisionId: tip }),
    newestOf: async () => ({ revisionId: tip }),
  } as never)
  const parts = {
    clock: new FakeClock(0),
    registry,
    readConfiguration: async () => ({ values: {}, secrets: [] }),
    http: () => (() => Promise.reject(new Error('not asked'))) as never,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    left: new LeftRevisions(),
  }
  const revisions: (string | undefined)[] = []
  for (const one of pushes) {
    tip = one.tip
    revisions.push((await upToDate(parts, pipeline, action, one.told))?.revisionId)
  }
  return revisions
}

test.each([
  { it: 'a push is taken as it is told', pushes: [{ told: push('a', 'b'), tip: 'b' }], as: ['b'] },
  { it: 'a late one gives way to the tip', pushes: [{ told: push('a', 'b'), tip: 'c' }], as: ['c'] },
  {
    it: 'a server that lags behind its webhooks is waited for',
    pushes: [{ told: push('a', 'b'), tip: 'a' }],
    as: ['b'],
  },
  {
    it: 'a push that was taken back, told of after that, gives way to the tip',
    pushes: [
      { told: push('b', 'a'), tip: 'a' },
      { told: push('a', 'b'), tip: 'a' },
    ],
    as: ['a', 'a'],
  },
  {
    it: 'so does each of several that were taken back at once',
    pushes: [
      { told: push('c', 'a'), tip: 'a' },
      { told: push('b', 'c'), tip: 'a' },
      { told: push('a', 'b'), tip: 'a' },
    ],
    as: ['a', 'a', 'a'],
  },
  {
    it: 'what is pushed again after it was taken back counts, also where the server lags the next time',
    pushes: [
      { told: push('b', 'a'), tip: 'a' },
      { told: push('a', 'b'), tip: 'b' },
      { told: push('a', 'b'), tip: 'a' },
    ],
    as: ['a', 'b', 'b'],
  },
  {
    it: 'another branch that left the revision says nothing of this one',
    pushes: [
      { told: push('b', 'a', 'other'), tip: 'a' },
      { told: push('a', 'b'), tip: 'a' },
    ],
    as: ['a', 'b'],
  },
])('$it', async ({ pushes, as }) => {
  expect(await taken(pushes)).toEqual(as)
})
