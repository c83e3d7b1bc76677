/** The poller over a real database, with a source that the test scripts. */
import type { PipelineExecution } from '../../src/domain/execution.js'
import type { FoundRevision } from '../../src/domain/git-event.js'
import type { Pipeline } from '../../src/domain/pipeline.js'
import type { Revision } from '../../src/domain/revision.js'
import { createHooks } from '../../src/host/hooks.js'
import { ProviderRegistry } from '../../src/host/registry.js'
import type { ChangesFound } from '../../src/host/source-provider.js'
import { pollLimits } from '../../src/scheduler/next-poll.js'
import { ScheduleBook } from '../../src/scheduler/schedules.js'
import { type FailingSource, PollSettler } from '../../src/scheduler/settle-poll.js'
import { SourcePoller } from '../../src/scheduler/source-poller.js'
import { type RevisionReport, SourceReports } from '../../src/scheduler/source-reports.js'
import { createSourceService } from '../../src/scheduler/source-service.js'
import { SourceWatch } from '../../src/scheduler/source-watch.js'
import { WebhookNews } from '../../src/scheduler/webhook-news.js'
import { type Database, openSqlite } from '../../src/store/database.js'
import { sourceStateStore } from '../../src/store/source-state-store.js'
import { webhookNewsStore } from '../../src/store/webhook-news-store.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const minute = 60_000

function pipeline(
  name: string,
  configuration: Record<string, string> = { Repo: 'r' },
  more: Partial<Pipeline> & { triggers?: Pipeline['declaration']['triggers'] } = {},
): Pipeline {
  const { triggers, ...rest } = more
  const actionTypeId = { category: 'Source', owner: 'Custom', provider: 'Scripted', version: '1' } as const
  const declaration = {
    name,
    roleArn: 'arn:aws:iam::000000000000:role/r',
    stages: [
      { name: 'Source', actions: [{ name: 'Fetch', actionTypeId, configuration }] },
      { name: 'Build', actions: [] },
    ],
    ...(triggers ? { triggers } : {}),
  }
  return { name, declaration, version: 1, created: 0, updated: 0, tags: {}, ...rest }
}

interface Latest {
  revisionId?: string
  status?: PipelineExecution['status']
  started?: number
}

class World {
  readonly clock = new FakeClock(0)
  readonly pipelines = new Map<string, Pipeline>()
  readonly latest = new Map<string, Latest>()
  readonly started: RevisionReport[] = []
  readonly asked: string[] = []
  answer: (repo: string) => Revision | undefined | Promise<Revision | undefined> = () => ({ revisionId: 'r1' })
  changes: (cursor: string | undefined) => ChangesFound = () => ({ revisions: [], cursor: '' })
  readonly hooks = createHooks()
  readonly registry = new ProviderRegistry()
  readonly states
  readonly news
  readonly sources
  readonly watch
  tipOf: (told: FoundRevision) => FoundRevision | undefined = (told) => told
  readonly poller
  startFails: Error | undefined
  readonly failing: FailingSource[] = []
  webhookActions: string[] = []

  constructor(
    database: Database,
    settings: {
      schedule?: string
      schedules?: Record<string, string>
      concurrency?: number
      tellsChanges?: boolean
      quietPeriodSeconds?: number
      whileWebhooksMinutes?: number
    } = {},
  ) {
    const { clock, registry, hooks } = this
    this.states = sourceStateStore(database)
    this.news = new WebhookNews({ clock, store: webhookNewsStore(database) })
    const schedules = {
      schedule: settings.schedule ?? '* * * * *',
      timezone: 'UTC',
      schedules: settings.schedules ?? {},
      quietPeriodSeconds: settings.quietPeriodSeconds ?? 0,
      whileWebhooksMinutes: settings.whileWebhooksMinutes ?? 0,
    }
    const book = new ScheduleBook(schedules)
    registry.addAction('scripted', {
      category: 'Source',
      provider: 'Scripted',
      outputArtifacts: 1,
      configuration: { Repo: { description: 'which' }, Poll: { description: 'whether' } },
      run: async () => {},
      latestRevision: async ({ Repo }: { Repo: string }) => {
        this.asked.push(Repo)
        return this.answer(Repo)
      },
      polls: ({ Poll }: { Poll?: string }) => Poll !== 'false',
      ...(settings.tellsChanges
        ? { changesSince: async (_: unknown, cursor: string | undefined) => this.changes(cursor) }
        : {}),
    } as never)
    const reads = {
      pipeline: async (name: string) => this.pipelines.get(name),
      pipelines: async (after = '', limit = 1) =>
        [...this.pipelines.values()].filter(({ name }) => name > after).slice(0, limit),
      latestExecution: async (name: string) => this.latestExecution(name),
    }
    const readConfiguration = async (_: unknown, values: Readonly<Record<string, string>>) => ({
      values,
      secrets: ['hush'],
    })
    const reports = new SourceReports({
      hooks,
      reads,
      log: silent,
      upToDate: async (_pipeline, _action, told) => this.tipOf(told),
      forks: { refusal: async () => undefined },
      start: async (report) => {
        if (this.startFails) throw this.startFails
        this.started.push(report)
        return { pipelineExecutionId: 'e' }
      },
    })
    this.watch = new SourceWatch({
      clock,
      reads,
      registry,
      states: this.states,
      settings: schedules,
      book,
      readConfiguration,
      news: this.news,
      webhookActions: async () => this.webhookActions,
      log: silent,
    })
    const settler = new PollSettler({
      clock,
      reads,
      states: this.states,
      reports,
      news: this.news,
      book,
      settings: schedules,
      log: silent,
      onFailing: async (source) => {
        this.failing.push(source)
        throw new Error('nobody can be told')
      },
    })
    this.poller = new SourcePoller({
      clock,
      reads,
      registry,
      states: this.states,
      settler,
      readConfiguration,
      log: silent,
      http: () => ({ request: () => Promise.reject(new Error('not used')) }),
      concurrency: settings.concurrency ?? 4,
      timeout: 10_000,
    })
    this.sources = createSourceService({
      clock,
      states: this.states,
      reports,
      book,
      news: this.news,
      wake: () => {},
    })
  }

  latestExecution(name: string): PipelineExecution | undefined {
    const latest = this.latest.get(name)
    if (!latest) return undefined
    const { revisionId, status = 'Succeeded', started = 0 } = latest
    const sourceRevisions = revisionId === undefined ? [] : [{ actionName: 'Fetch', revisionId }]
    return { status, started, sourceRevisions } as unknown as PipelineExecution
  }

  async add(...pipelines: Pipeline[]): Promise<void> {
    for (const one of pipelines) this.pipelines.set(one.name, one)
    await this.watch.refreshAll()
  }

  /** The next round: a minute and the spread later, everything due is polled. */
  async round(): Promise<void> {
    await this.clock.advance(minute + pollLimits.spread)
    await this.poller.startDue()
    await this.poller.idle()
  }

  async state(name: string) {
    const [state] = await this.states.ofPipeline(name)
    if (!state) throw new Error(`${name} is not polled`)
    return state
  }
}

let database: Database
beforeEach(async () => {
  database = await openSqlite(':memory:')
})
afterEach(() => database.close())

test('the first look at a new pipeline records what the creating execution took, and starts nothing (X1)', async () => {
  const w = new World(database)
  w.latest.set('p', { revisionId: 'r1' })
  await w.add(pipeline('p'))
  await w.round()
  expect(w.started).toEqual([])
  expect((await w.state('p')).lastRevision).toEqual({ revisionId: 'r1', actionName: 'Fetch' })
})

test('a push between the creating execution and the first look is not lost', async () => {
  const w = new World(database)
  w.latest.set('p', { revisionId: 'r0' })
  await w.add(pipeline('p'))
  await w.round()
  expect(w.started).toMatchObject([
    { pipelineName: 'p', actionName: 'Fetch', revision: { revisionId: 'r1' }, trigger: 'PollForSourceChanges' },
  ])
})

test('a new revision starts one execution, the same one again starts none', async () => {
  const w = new World(database)
  await w.add(pipeline('p'))
  await w.round()
  w.answer = () => ({ revisionId: 'r2', revisionSummary: 'second' })
  await w.round()
  await w.round()
  expect(w.started).toMatchObject([{ revision: { revisionId: 'r2', revisionSummary: 'second' } }])
})

test('a revision that somebody started by hand meanwhile is not started again', async () => {
  const w = new World(database)
  await w.add(pipeline('p'))
  await w.round()
  w.answer = () => ({ revisionId: 'r2' })
  w.latest.set('p', { revisionId: 'r2' })
  await w.round()
  expect(w.started).toEqual([])
})

test('an execution that has not chosen its revision yet is waited for', async () => {
  const w = new World(database)
  await w.add(pipeline('p'))
  await w.round()
  w.answer = () => ({ revisionId: 'r2' })
  w.latest.set('p', { status: 'InProgress', started: w.clock.now() })
  await w.round()
  expect(w.started).toEqual([])
  w.latest.set('p', { status: 'Failed', started: 0 })
  await w.round()
  expect(w.started).toMatchObject([{ revision: { revisionId: 'r2' } }])
})

test('editing a source starts nothing: the other repository is looked at anew (X1)', async () => {
  const w = new World(database)
  w.latest.set('p', { revisionId: 'r1' })
  await w.add(pipeline('p'))
  await w.round()
  w.answer = (repo) => ({ revisionId: `${repo}-head` })
  await w.add(pipeline('p', { Repo: 'other' }, { version: 2 }))
  await w.round()
  expect(w.started).toEqual([])
  w.answer = () => ({ revisionId: 'newer' })
  await w.round()
  expect(w.started).toMatchObject([{ revision: { revisionId: 'newer' } }])
})

test('pipelines that share a source share one poll, and each starts', async () => {
  const w = new World(database)
  await w.add(pipeline('a'), pipeline('b'), pipeline('c', { Repo: 'another' }))
  await w.round()
  expect(w.asked.sort()).toEqual(['another', 'r'])
  w.answer = () => ({ revisionId: 'r2' })
  await w.round()
  expect(w.started.map(({ pipelineName }) => pipelineName).sort()).toEqual(['a', 'b', 'c'])
})

test('two servers on one database poll once', async () => {
  const w = new World(database)
  const other = new World(database)
  await w.add(pipeline('p'))
  other.pipelines.set('p', pipeline('p'))
  await Promise.all([w.clock.advance(minute), other.clock.advance(minute)])
  await Promise.all([w.poller.startDue(), other.poller.startDue()])
  await Promise.all([w.poller.idle(), other.poller.idle()])
  expect(w.asked.length + other.asked.length).toBe(1)
})

test('a poll that still runs is not begun again', async () => {
  const w = new World(database)
  let release = (_: Revision) => {}
  w.answer = () =>
    new Promise((resolve) => {
      release = resolve
    })
  await w.add(pipeline('p'))
  await w.poller.startDue()
  await w.clock.advance(5_000)
  await w.poller.startDue()
  expect(w.asked).toEqual(['r'])
  release({ revisionId: 'r1' })
  await w.poller.idle()
})

test('a poll that never answers is given up, and told of with the source', async () => {
  const w = new World(database)
  w.answer = () => new Promise(() => {})
  await w.add(pipeline('p'))
  await w.poller.startDue()
  await w.clock.advance(10_000)
  await w.poller.idle()
  expect(await w.state('p')).toMatchObject({ failures: 1, error: 'the poll did not end within 10 s' })
})

test('errors are kept with their source, back off, and stop no other source', async () => {
  const w = new World(database)
  w.answer = (repo) => {
    if (repo === 'bad') throw new Error('401 for hush')
    return { revisionId: 'r1' }
  }
  await w.add(pipeline('bad', { Repo: 'bad' }), pipeline('good'))
  const polls: number[] = []
  for (let i = 0; i < 60; i++) {
    await w.round()
    polls.push(w.asked.filter((repo) => repo === 'bad').length)
  }
  expect((await w.state('bad')).error).toBe('401 for ****')
  // Once, and not of a hiccup; that nobody could be told keeps no poll from being remembered.
  const { failingSince: since } = await w.state('bad')
  expect(w.failing).toEqual([{ pipelineName: 'bad', actionName: 'Fetch', error: '401 for ****', failures: 3, since }])
  expect(w.asked.filter((repo) => repo === 'r')).toHaveLength(60)
  expect(polls.at(-1)).toBeLessThan(10)
  w.answer = () => ({ revisionId: 'r9' })
  await w.clock.advance(pollLimits.longestPause)
  await w.round()
  expect(await w.state('bad')).toMatchObject({ failures: 0, lastRevision: { revisionId: 'r9' } })
  expect((await w.state('bad')).error).toBeUndefined()
})

test('a revision whose execution could not be started is tried again', async () => {
  const w = new World(database)
  await w.add(pipeline('p'))
  await w.round()
  w.answer = () => ({ revisionId: 'r2' })
  w.startFails = new Error('50 executions run already')
  await w.round()
  expect(await w.state('p')).toMatchObject({ error: '50 executions run already', lastRevision: { revisionId: 'r1' } })
  w.startFails = undefined
  await w.round()
  await w.round()
  expect(w.started).toMatchObject([{ revision: { revisionId: 'r2' } }])
})

test('sources that say no are not polled; a deleted pipeline is forgotten', async () => {
  const w = new World(database)
  await w.add(pipeline('p'), pipeline('q', { Repo: 'q', Poll: 'false' }))
  await w.round()
  expect(w.asked).toEqual(['r'])
  w.pipelines.delete('p')
  await w.watch.refreshAll()
  expect(await w.states.pipelineNames()).toEqual([])
})

test('a line of penstock.yaml wins over the tag, and the tag over the default', async () => {
  const w = new World(database, { schedules: { 'a/Fetch': '0 0 1 1 *' } })
  const tags = { 'penstock:schedule': '0 0 1 6 *' }
  await w.add(
    pipeline('a', { Repo: 'a' }, { tags }),
    pipeline('b', { Repo: 'b' }, { tags }),
    pipeline('c', { Repo: 'c' }),
  )
  await w.round()
  const nexts = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => new Date((await w.state(name)).nextPoll).toISOString().slice(5, 16)),
  )
  expect(nexts).toEqual(['01-01T00:00', '06-01T00:00', '01-01T00:02'])
})

test('a broken line is told of and polls once an hour', () => {
  const book = new ScheduleBook({ schedule: '* * * * *', timezone: 'UTC', schedules: { p: '0 0 31 2 *' } })
  expect(book.problems()).toEqual([
    "schedules.p: schedule '0 0 31 2 *' never fires: no month that it names has that day; polled once an hour until it is put right",
  ])
  const { schedule } = book.get('0 0 31 2 *', 'p', 'Fetch')
  const first = schedule.next(0)
  expect([first < 60 * minute, schedule.next(first) - first]).toEqual([true, 60 * minute])
})

describe('git triggers', () => {
  const named = [{ providerType: 'CodeStarSourceConnection' as const, gitConfiguration: { sourceActionName: 'Fetch' } }]
  const other = [{ providerType: 'CodeStarSourceConnection' as const, gitConfiguration: { sourceActionName: 'Else' } }]
  test.each([
    { it: 'a source that a trigger names is watched', triggers: named, webhooks: [], rows: 1 },
    { it: 'one that no trigger names is not', triggers: other, webhooks: [], rows: 0 },
    { it: 'nor one that a webhook tells of', triggers: named, webhooks: ['Fetch'], rows: 0 },
    { it: 'a webhook of another action does not count', triggers: named, webhooks: ['Else'], rows: 1 },
  ])('with detection switched off, $it', async ({ triggers, webhooks, rows }) => {
    const w = new World(database)
    w.webhookActions = webhooks
    await w.add(pipeline('p', { Repo: 'r', Poll: 'false' }, { triggers }))
    expect(await w.states.ofPipeline('p')).toHaveLength(rows)
  })

  const push = (branches: object) => [
    {
      providerType: 'CodeStarSourceConnection' as const,
      gitConfiguration: { sourceActionName: 'Fetch', push: [branches] },
    },
  ]
  test.each([
    { it: 'G1 a branch that is included starts', triggers: push({ branches: { includes: ['main'] } }), starts: 1 },
    {
      it: 'G1 a branch that is not included does not',
      triggers: push({ branches: { includes: ['release/*'] } }),
      starts: 0,
    },
    {
      it: 'G3 a trigger on tags is not started by a branch',
      triggers: push({ tags: { includes: ['v*'] } }),
      starts: 0,
    },
  ])('$it', async ({ triggers, starts }) => {
    const w = new World(database)
    await w.add(pipeline('p', { Repo: 'r', BranchName: 'main' }, { triggers }))
    await w.round()
    w.answer = () => ({ revisionId: 'r2' })
    await w.round()
    await w.round()
    expect(w.started).toHaveLength(starts)
    expect((await w.state('p')).lastRevision?.revisionId).toBe('r2')
  })
})

test('a hook that drops the revision keeps it from starting, for good', async () => {
  const w = new World(database)
  await w.add(pipeline('p'))
  await w.round()
  w.hooks.revisionFound.tapPromise(
    'test',
    async (event) => ({ ...(event as object), revision: { revisionId: 'changed' } }) as never,
  )
  w.answer = () => ({ revisionId: 'r2' })
  await w.round()
  expect(w.started).toMatchObject([{ revision: { revisionId: 'changed' } }])
})

describe('a source whose git triggers want more than the tip of its branch (G1-G4)', () => {
  const triggers: Pipeline['declaration']['triggers'] = [
    {
      providerType: 'CodeStarSourceConnection',
      gitConfiguration: { sourceActionName: 'Fetch', push: [{ tags: { includes: ['v*'] } }] },
    },
  ]
  const tagged = (tag: string) => ({ revisionId: `commit of ${tag}`, event: { kind: 'tag' as const, tag } })

  test('is asked what happened since its cursor, and each change is judged', async () => {
    const world = new World(database, { tellsChanges: true })
    await world.add(pipeline('p', { Repo: 'r' }, { triggers }))
    const cursors: (string | undefined)[] = []
    world.changes = (cursor) => {
      cursors.push(cursor)
      if (cursor === undefined) return { revisions: [], cursor: '1' }
      return { revisions: cursor === '1' ? [tagged('v1'), tagged('nightly'), tagged('v2')] : [], cursor: '2' }
    }
    for (let round = 0; round < 3; round++) await world.round()
    expect(cursors).toEqual([undefined, '1', '2'])
    expect(world.asked).toEqual([])
    expect(world.started.map(({ revision }) => revision.event?.tag)).toEqual(['v1', 'v2'])
    expect((await world.state('p')).lastRevision).toEqual({ revisionId: 'commit of v2', actionName: 'Fetch' })
  })

  test('keeps its cursor when a change could not be told, and tells it again', async () => {
    const world = new World(database, { tellsChanges: true })
    await world.add(pipeline('p', { Repo: 'r' }, { triggers }))
    world.changes = (cursor) => ({
      revisions: cursor === '1' ? [tagged('v1')] : [],
      cursor: cursor === undefined ? '1' : '2',
    })
    await world.round()
    world.startFails = new Error('too many executions')
    await world.round()
    expect(await world.state('p')).toMatchObject({ cursor: '1', error: expect.stringContaining('too many executions') })
    world.startFails = undefined
    await world.round()
    expect(world.started).toHaveLength(1)
  })
})

test('a wave of many sources is read once, and ends in one beat however few run at a time', async () => {
  const w = new World(database, { concurrency: 2 })
  const names = Array.from({ length: 40 }, (_, index) => `p${index}`)
  await w.add(...names.map((name) => pipeline(name, { Repo: name })))
  const due = jest.spyOn(w.states, 'due')
  let [running, most] = [0, 0]
  w.answer = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return { revisionId: 'r1' }
  }
  await w.round()
  expect([...w.asked].sort()).toEqual([...names].sort())
  expect(most).toBe(2)
  expect(due).toHaveBeenCalledTimes(1)
  await w.round()
  expect(w.asked).toHaveLength(80)
})

describe('the log of polls, and the next one', () => {
  const at = (revisionId: string) => ({ revisionId, event: { kind: 'push' as const, branch: 'main' } })
  async function settled(settings: ConstructorParameters<typeof World>[1] = {}): Promise<World> {
    const w = new World(database, settings)
    w.latest.set('p', { revisionId: 'r1' })
    w.answer = () => at('r1')
    await w.add(pipeline('p'))
    await w.round()
    return w
  }
  const status = async (w: World) => (await w.sources.status('p'))[0]
  const push = (w: World, revisionId: string) => {
    w.answer = () => at(revisionId)
  }
  const webhook = (w: World, revisionId: string) =>
    w.sources.report({ pipelineName: 'p', actionName: 'Fetch', revision: at(revisionId), trigger: 'Webhook' })

  test('each poll is told of with what it saw, and equal ones in a row are counted', async () => {
    const w = await settled()
    for (let poll = 0; poll < 3; poll++) await w.round()
    push(w, 'r2')
    await w.round()
    w.answer = () => Promise.reject(new Error('there is no branch main'))
    await w.round()
    const shown = (await status(w))?.polls?.map(({ outcome, seen, times }) => [outcome, seen, times])
    expect(shown).toEqual([
      ['failed', 'there is no branch main', undefined],
      ['started', 'main at r2', undefined],
      ['unchanged', 'main at r1', 3],
      ['first look', 'main at r1', undefined],
    ])
    expect(await status(w)).toMatchObject({
      failures: 1,
      failingSince: w.clock.now(),
      nextReason: 'schedule * * * * *',
    })
    for (let poll = 0; poll < 3; poll++) await w.round()
    expect((await status(w))?.nextReason).toMatch(/^after 3 failed polls it is tried again 2 min later$/)
  })

  test('the log does not grow without end', async () => {
    const w = await settled()
    for (let poll = 0; poll < 40; poll++) {
      push(w, `n${poll}`)
      await w.round()
    }
    expect((await status(w))?.polls).toHaveLength(25)
  })

  test('a poll that is asked for comes at once, and says who asked', async () => {
    const w = await settled({ schedule: '0 0 1 1 *' })
    const before = w.asked.length
    expect(await w.sources.poll('p', undefined, 'arn:ada')).toEqual(['Fetch'])
    expect(await status(w)).toMatchObject({ nextPoll: w.clock.now(), nextReason: 'asked for by arn:ada' })
    await w.poller.startDue()
    await w.poller.idle()
    expect([w.asked.length - before, (await status(w))?.nextReason]).toEqual([1, 'schedule 0 0 1 1 *'])
    await expect(w.sources.poll('p', 'Other', 'arn:ada')).rejects.toThrow(
      "the source 'Other' of pipeline 'p' is not polled",
    )
  })

  test('a quiet period waits until nothing has changed for as long', async () => {
    const w = await settled({ quietPeriodSeconds: 90 })
    push(w, 'r2')
    await w.round()
    expect([w.started.length, (await status(w))?.nextReason]).toEqual([
      0,
      'a quiet period of 90 s without another change',
    ])
    push(w, 'r3')
    await w.clock.advance(89_000)
    await w.round()
    expect(w.started).toEqual([])
    await w.clock.advance(30_000)
    await w.round()
    expect(w.started.map(({ revision }) => revision.revisionId)).toEqual(['r3'])
  })

  test('while webhooks tell of every change it is looked at less often; what they miss is found, and said', async () => {
    const w = await settled({ whileWebhooksMinutes: 15 })
    await webhook(w, 'r2')
    w.latest.set('p', { revisionId: 'r2' })
    push(w, 'r2')
    await w.round()
    const slow = await status(w)
    expect(slow).toMatchObject({ nextReason: 'webhooks tell of its changes, so it is looked at every 15 minutes' })
    expect((slow?.nextPoll ?? 0) - w.clock.now()).toBeGreaterThanOrEqual(15 * minute)
    push(w, 'r3')
    await w.clock.advance(15 * minute)
    await w.round()
    expect(w.started.at(-1)).toMatchObject({ revision: { revisionId: 'r3' }, trigger: 'PollForSourceChanges' })
    expect(await status(w)).toMatchObject({ nextReason: 'schedule * * * * *' })
    expect((await status(w))?.missedWebhook).toBeUndefined() // it may still be on its way
    await w.round()
    await w.round()
    expect((await status(w))?.missedWebhook).toMatchObject({ branch: 'main', revisionId: 'r3' })
    await webhook(w, 'r4')
    push(w, 'r4')
    w.latest.set('p', { revisionId: 'r4' })
    await w.round()
    expect(await status(w)).toMatchObject({ nextReason: expect.stringContaining('every 15 minutes') })
    expect((await status(w))?.missedWebhook).toBeUndefined()
  })

  test('a schedule of its own is kept whatever webhooks tell', async () => {
    const w = await settled({ whileWebhooksMinutes: 15, schedules: { p: '*/2 * * * *' } })
    await webhook(w, 'r2')
    await w.round()
    expect((await status(w))?.nextReason).toBe('schedule */2 * * * *')
  })

  test('a clock that is put back does not keep a source waiting', async () => {
    const w = await settled()
    const before = w.asked.length
    const now = w.clock.now.bind(w.clock)
    jest.spyOn(w.clock, 'now').mockImplementation(() => now() - 60 * minute)
    await w.poller.startDue()
    await w.poller.idle()
    expect(w.asked.length).toBe(before + 1)
  })
})

describe('what webhooks tell', () => {
  const told = (revisionId: string): FoundRevision => ({ revisionId, event: { kind: 'push', branch: 'main' } })
  const report = (w: World, revision: FoundRevision) =>
    w.sources.report({ pipelineName: 'p', actionName: 'Fetch', revision, trigger: 'Webhook' })
  test.each([
    { it: 'the newest revision starts', tip: told('b'), starts: ['b'] },
    { it: 'an older one gives way to the newest', tip: told('c'), starts: ['c'] },
    { it: 'a branch that is gone starts nothing', tip: undefined, starts: [] },
  ])('$it', async ({ tip, starts }) => {
    const w = new World(database)
    await w.add(pipeline('p', { Repo: 'r', Branch: 'main' }))
    w.tipOf = () => tip
    await report(w, told('b'))
    expect(w.started.map(({ revision }) => revision.revisionId)).toEqual(starts)
  })
})
