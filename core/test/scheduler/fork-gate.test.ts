/** Pull requests from forks: off unless the source says otherwise, and asked for commit by commit. */
import type { FoundRevision } from '../../src/domain/git-event.js'
import type { Pipeline } from '../../src/domain/pipeline.js'
import { untrustedProblem } from '../../src/engine/decide/untrusted.js'
import { createHooks } from '../../src/host/hooks.js'
import { ForkGate, isUntrusted } from '../../src/scheduler/fork-gate.js'
import { type RevisionReport, SourceReports } from '../../src/scheduler/source-reports.js'
import { type Database, openSqlite } from '../../src/store/database.js'
import { forkPullRequestStore } from '../../src/store/fork-pull-request-store.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

const ann = { name: 'ann', arn: 'arn:aws:iam::000000000000:user/ann', policies: [] }
const at = (revisionId: string) => ({ pipelineName: 'site', actionName: 'Fetch', revisionId })
let database: Database
let started: RevisionReport[]
let told: string[]
let gate: ForkGate
let configuration: Record<string, string>
let reports: SourceReports

beforeEach(async () => {
  database = await openSqlite(':memory:')
  started = []
  told = []
  configuration = {}
  const start = async (report: RevisionReport) => {
    started.push(report)
    return { pipelineExecutionId: `e${started.length}` }
  }
  gate = new ForkGate({ clock: new FakeClock(), store: forkPullRequestStore(database), start })
  const actionTypeId = { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' }
  reports = new SourceReports({
    hooks: createHooks(),
    forks: gate,
    upToDate: async (_pipeline, _action, told) => told,
    start,
    log: { debug() {}, warn() {}, error() {}, info: (_, details) => told.push(String(details?.why)) },
    reads: {
      pipeline: async () =>
        ({
          name: 'site',
          declaration: {
            name: 'site',
            stages: [{ name: 'Source', actions: [{ name: 'Fetch', actionTypeId, configuration }] }],
            triggers: [
              {
                providerType: 'CodeStarSourceConnection',
                gitConfiguration: { sourceActionName: 'Fetch', pullRequest: [{}] },
              },
            ],
          },
        }) as unknown as Pipeline,
    },
  })
})
afterEach(() => database.close())

function pull(revisionId: string, repository: string | undefined = 'eve/site', own = false): FoundRevision {
  const fork = own ? {} : { fork: { ...(repository === undefined ? {} : { repository }), association: 'NONE' } }
  return {
    revisionId,
    event: { kind: 'pullRequest', pullRequestEvent: 'OPEN', branch: 'topic', targetBranch: 'main', ...fork },
  }
}

const seen = (revision: FoundRevision, trigger: 'PollForSourceChanges' | 'Webhook' = 'Webhook') =>
  reports.report({ pipelineName: 'site', actionName: 'Fetch', revision, trigger })

test.each(['PollForSourceChanges', 'Webhook'] as const)(
  'by default one starts nothing (%s), and the log says why',
  async (trigger) => {
    expect(await seen(pull('c1'), trigger)).toEqual({})
    expect(started).toEqual([])
    expect(told.join()).toContain('it comes from the fork eve/site, and those do not run here: ForkPullRequests')
    expect(await gate.list('site')).toEqual([])
  },
)

test('a value that is none of the three means off', async () => {
  configuration = { ForkPullRequests: 'yes' }
  await seen(pull('c1'))
  expect(started).toEqual([])
})

test("the repository's own pull requests are not asked about", async () => {
  await seen(pull('c1', undefined, true))
  expect(started).toHaveLength(1)
  expect(started.map(({ revision }) => isUntrusted(revision))).toEqual([false])
})

test('with approve, somebody is asked for each commit; a new push takes the place of the old one', async () => {
  configuration = { ForkPullRequests: 'approve' }
  await seen(pull('c1'))
  await seen(pull('c2'))
  expect(started).toEqual([])
  expect((await gate.list('site')).map(({ revision }) => revision.revisionId)).toEqual(['c2'])
  await expect(gate.approve(ann, at('c1'))).rejects.toThrow('no pull request from a fork waits')
  expect(await gate.approve(ann, at('c2'))).toEqual({ pipelineExecutionId: 'e1' })
  expect(started).toMatchObject([{ revision: { revisionId: 'c2' }, detail: `approved by ${ann.arn}` }])
  expect(started.map(({ revision }) => isUntrusted(revision))).toEqual([true])
  await expect(gate.approve(ann, at('c2'))).rejects.toThrow('no pull request from a fork waits')
  await seen(pull('c3'))
  expect(started).toHaveLength(1)
})

test('what is rejected does not wait any more', async () => {
  configuration = { ForkPullRequests: 'approve' }
  await seen(pull('c1'))
  await gate.reject(at('c1'))
  expect(await gate.list('site')).toEqual([])
})

test('with run it starts at once, untrusted', async () => {
  configuration = { ForkPullRequests: 'run' }
  await seen(pull('c1'))
  expect(started.map(({ revision }) => isUntrusted(revision))).toEqual([true])
})

test.each(['off', 'approve', 'run'])('one whose repository is gone never runs (%s), and is told', async (policy) => {
  configuration = { ForkPullRequests: policy }
  await seen({ ...pull('c1'), event: { ...(pull('c1').event as never as { kind: 'pullRequest' }), fork: {} } })
  expect(started).toEqual([])
  expect(told.join()).toContain('its repository is gone')
})

test.each([
  {
    it: 'a secret in its configuration',
    configuration: { Environment: '{"T":"{{secret:t}}"}' },
    says: "the secret 't'",
  },
  { it: 'a secret property', configuration: { Token: 'x' }, says: 'the secret property Token' },
  {
    it: 'a secret variable',
    environmentVariables: [{ name: 'T', value: 'n', type: 'SECRETS_MANAGER' }],
    says: 'variable T',
  },
  { it: 'a secret in a variable', environmentVariables: [{ name: 'T', value: '{{ secret:n }}' }], says: 'variable T' },
  { it: 'nothing of the kind', configuration: { Command: 'make' }, says: undefined },
  { it: 'a source, which fetches', configuration: { Token: 'x' }, category: 'Source', says: undefined },
])('an untrusted execution and an action with $it', ({ says, category = 'Build', ...data }) => {
  const facts = { timeoutInMinutes: 1, secretProperties: ['Token'] }
  const job = { configuration: {}, ...data, actionTypeId: { category } } as never
  const problem = untrustedProblem({ untrusted: true } as never, facts, job)
  if (says === undefined) expect(problem).toBeUndefined()
  else expect(problem).toContain(says)
  expect(untrustedProblem({} as never, facts, job)).toBeUndefined()
})
