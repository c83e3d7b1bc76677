/** Why an action has no worker yet: read from the queue, beside who takes which types. */
import { loadStanding } from '../../src/app/standing.js'
import type { OpenJob, StandingReads } from '../../src/store/standing-reads.js'

const now = 100_000
const takers = { 'Build/Custom/Shell/1': 'workers', 'Test/Custom/Lab/1': 'pollers' } as const

function job(actionExecutionId: string, typeKey: string, more: Partial<OpenJob> = {}): OpenJob {
  return { actionExecutionId, typeKey, queued: true, started: null, availableAt: 0, created: 0, ...more }
}

async function placeOf(id: string, jobs: readonly OpenJob[]) {
  const execution = { id: 'e', pipelineName: 'site', status: 'InProgress', variables: {}, sourceRevisions: [] }
  const action = { id, executionId: 'e', stageName: 'Build', actionName: 'A', attempt: 1, started: 1 }
  const reads = {
    pipelines: async () => [{ name: 'site', tags: {} }],
    latest: async () => [],
    live: async () => [execution],
    actions: async () => [action],
    closed: async () => [],
    openJobs: async () => jobs,
  } as unknown as StandingReads
  const takenBy = (typeKey: string) => takers[typeKey as keyof typeof takers] ?? 'nobody'
  const [standing] = await loadStanding(reads, undefined, takenBy, now)
  const found = standing?.live[0]?.actions[0]
  return { queued: found?.queued, workStarted: found?.workStarted }
}

const shell = 'Build/Custom/Shell/1'
test.each([
  { it: 'is next', jobs: [job('a', shell)], queued: { ahead: 0, takenBy: 'workers' } },
  {
    it: 'waits behind those that the same workers take, of whatever type',
    jobs: [job('x', shell), job('y', shell), job('a', shell)],
    queued: { ahead: 2, takenBy: 'workers' },
  },
  {
    it: 'does not wait behind what is in hand, nor behind what is to be looked at later',
    jobs: [
      job('x', shell, { queued: false, started: 5 }),
      job('y', shell, { availableAt: now + 1_000, created: now - 1 }),
      job('a', shell),
    ],
    queued: { ahead: 0, takenBy: 'workers' },
  },
  {
    it: 'waits for pollers behind its own type alone',
    jobs: [job('x', shell), job('y', 'Test/Custom/Lab/1'), job('a', 'Test/Custom/Lab/1')],
    queued: { ahead: 1, takenBy: 'pollers' },
  },
  { it: 'waits for nobody', jobs: [job('a', 'Deploy/Custom/Gone/1')], queued: { ahead: 0, takenBy: 'nobody' } },
  {
    it: 'goes on later',
    jobs: [job('a', shell, { availableAt: now + 9_000, created: now - 1 })],
    queued: { ahead: 0, notBefore: now + 9_000 },
  },
])('a job that $it', async ({ jobs, queued }) => {
  expect((await placeOf('a', jobs)).queued).toMatchObject(queued)
})

test('a job in hand does not wait, and it is known since when somebody has it', async () => {
  expect(await placeOf('a', [job('a', shell, { queued: false, started: 42 })])).toEqual({
    queued: undefined,
    workStarted: 42,
  })
})
