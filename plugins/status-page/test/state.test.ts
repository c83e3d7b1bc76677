/** The vocabulary of states, what finds a pipeline, and where times lie: the rules that every page takes from one place. */
import type { LiveAction, LiveExecution, PipelineStanding } from '@penstock/core'
import { timeScale, workedMs } from '../src/pages/execution/time-scale.js'
import { matches, parseSearch } from '../src/pages/pipelines/search.js'
import { executionState, pipelineState } from '../src/view/state.js'

const now = 1_000_000
const minute = 60_000

const base = {
  pipelineName: 'site',
  pipelineExecutionId: 'e-1',
  status: 'InProgress',
  started: now - 10 * minute,
  updated: now - minute,
  trigger: { triggerType: 'Webhook' },
  sourceRevisions: [
    { actionName: 'Git', revisionId: '4939ac4c', revisionSummary: 'Fix the door', author: 'Ada Lovelace' },
  ],
  type: 'STANDARD',
} as const

function living(more: Partial<LiveExecution>): LiveExecution {
  return { ...base, variables: {}, at: { stage: 'Build', waiting: false, since: now - minute }, actions: [], ...more }
}

function action(more: Partial<LiveAction>): LiveAction {
  return {
    actionExecutionId: 'a',
    stageName: 'Build',
    actionName: 'Compile',
    attempt: 1,
    started: now - minute,
    ...more,
  }
}

const queued = (more: Partial<NonNullable<LiveAction['queued']>>) =>
  action({ queued: { typeKey: 'Build/Custom/X/1', ahead: 0, takenBy: 'workers', ...more } })
const asks = action({ actionName: 'Owner', approval: { token: 't', configuration: {} } })
const held = { stage: 'Apply', waiting: true, since: now, held: { reason: 'Sale' } }

describe('states', () => {
  test.each([
    ['runs', living({ actions: [action({ workStarted: now })] }), 'running', 'Running Build', undefined],
    [
      'waits for a worker',
      living({ actions: [queued({ ahead: 2 })] }),
      'worker',
      'Compile: waiting for a worker',
      '2 ahead of it',
    ],
    [
      'waits for nobody',
      living({ actions: [queued({ takenBy: 'nobody' })] }),
      'worker',
      'Compile: no worker takes Build/Custom/X/1',
      undefined,
    ],
    [
      'waits for a person, whatever else runs',
      living({ actions: [action({}), asks] }),
      'person',
      'Owner waits for a person',
      undefined,
    ],
    ['is held', living({ at: held }), 'held', 'Held before Apply', 'transition disabled: Sale'],
    ['is queued', living({ at: { ...held, held: undefined } as never }), 'queued', 'Queued before Apply', undefined],
    ['stops', living({ status: 'Stopping' }), 'stopped', 'Stopping', undefined],
  ])('an execution that %s', (_, execution, name, words, detail) => {
    expect(executionState(execution, now)).toMatchObject({ name, words, ...(detail && { detail }) })
  })

  test('a pipeline whose newest execution was stopped runs as long as an older one does (C4)', () => {
    const latest = { ...base, pipelineExecutionId: 'e-2', status: 'Stopped' } as const
    const standing = { name: 'site', tags: {}, latest, live: [living({ actions: [action({})] })] }
    expect(pipelineState(standing, now).name).toBe('running')
    expect(pipelineState({ ...standing, live: [] }, now).name).toBe('stopped')
  })
})

describe('the search', () => {
  const standing: PipelineStanding = {
    name: 'storefront-web',
    tags: { team: 'web' },
    latest: { ...base, status: 'Failed' },
    live: [],
  }
  test.each([
    ['state:failed tag:team=web author:ada', true],
    ['commit:4939', true],
    ['commit:939', false],
    ['FRONT fix', true],
    ['lovelace', true],
    ['state:running', false],
    ['tag:web', true],
    ['tag:team=api', false],
    ['web:nothing', false],
    ['', true],
  ])('%s', (text, found) => {
    expect(matches(parseSearch(text), standing, pipelineState(standing, now))).toBe(found)
  })
})

describe('the timeline', () => {
  const all = { from: 0, to: 60 * minute }
  const work = [
    { from: 0, to: minute },
    { from: 59 * minute, to: 60 * minute },
  ]

  test('a long wait is cut short, and said', () => {
    const scale = timeScale(work, all)
    expect(scale.cuts.map(({ ms }) => ms)).toEqual([58 * minute])
    expect(scale.x(minute)).toBeCloseTo(470)
    expect(scale.x(59 * minute)).toBeCloseTo(530)
    expect([scale.x(0), scale.x(all.to)]).toEqual([0, 1000])
  })

  test('without long waits it is true to scale', () => {
    expect(timeScale([all], all).x(15 * minute)).toBeCloseTo(250)
  })

  test('work side by side counts once', () => {
    expect(workedMs([...work, { from: 30_000, to: 90_000 }])).toBe(150_000)
  })
})
