/** `decide` over random pipelines and random events, purely: no store, no workers, no time but what is given. */
import fc from 'fast-check'
import { isFault } from '../../src/domain/faults.js'
import type { Job } from '../../src/domain/job.js'
import type { ExecutionMode, Pipeline, PipelineDeclaration } from '../../src/domain/pipeline.js'
import type { Decision } from '../../src/engine/changes.js'
import { decide } from '../../src/engine/decide.js'
import type { PipelineEvent } from '../../src/engine/events.js'
import { type PipelineState, type Surroundings, stageKey } from '../../src/engine/state.js'
import { action, pipeline, stage, testCatalogue } from './support.js'

const structures = fc.record({
  mode: fc.constantFrom<ExecutionMode>('SUPERSEDED', 'QUEUED', 'PARALLEL'),
  stages: fc.array(
    fc.record({
      orders: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      retries: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

const deeds = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'start',
      'succeed',
      'fail',
      'stop',
      'abandon',
      'retry',
      'retryAll',
      'close',
      'open',
      'rollback',
      'redefine',
      'late',
    ),
    pick: fc.nat(),
  }),
  { maxLength: 60 },
)
type Deed = { kind: string; pick: number }

class World {
  state: PipelineState
  jobs: Job[] = []
  private ended: Job[] = []
  private ids = 0
  private now = 1_000_000

  constructor({
    mode,
    stages,
  }: { mode: ExecutionMode; stages: readonly { orders: readonly number[]; retries: boolean }[] }) {
    const declaration: PipelineDeclaration = pipeline(
      stages.map(({ orders, retries }, index) =>
        stage(
          `S${index}`,
          orders.map((runOrder, n) => action(`a${n}`, { runOrder })),
          retries ? { onFailure: { result: 'RETRY' } } : {},
        ),
      ),
      { executionMode: mode },
    )
    const about: Pipeline = { name: 'demo', declaration, version: 1, created: 0, updated: 0, tags: {} }
    this.state = {
      pipeline: about,
      definitions: new Map([[1, declaration]]),
      stages: new Map(),
      executions: new Map(),
      stageExecutions: new Map(),
      actions: new Map(),
      rules: new Map(),
      sequence: 0,
    }
  }

  /** Lets an event happen; a Fault is an answer too, and must leave everything as it was. */
  let(event: PipelineEvent): Decision | undefined {
    const types = testCatalogue()
    const around: Surroundings = {
      now: ++this.now,
      newId: () => `id-${++this.ids}`,
      actionType: types.facts,
      ruleType: types.ruleFacts,
      bucket: 'bucket',
      region: 'r',
    }
    try {
      const decision = decide(this.state, event, around)
      this.write(decision)
      return decision
    } catch (error) {
      if (isFault(error)) return undefined
      throw error
    }
  }

  private write({ changes }: Decision): void {
    const merged = <T>(before: ReadonlyMap<string, T>, put: readonly T[], key: (one: T) => string) =>
      new Map([...before, ...put.map((one) => [key(one), one] as const)])
    this.state = {
      ...this.state,
      sequence: changes.sequence,
      executions: merged(this.state.executions, changes.executions, (one) => one.id),
      stages: merged(this.state.stages, changes.stages, (one) => one.stageName),
      stageExecutions: merged(this.state.stageExecutions, changes.stageExecutions, (one) =>
        stageKey(one.executionId, one.stageName),
      ),
      actions: merged(this.state.actions, changes.actions, (one) => one.id),
    }
    const over = new Set(changes.reportedJobs.map((one) => one.jobId))
    const dropped = new Set(changes.endedJobs.map((one) => one.actionExecutionId))
    this.ended.push(...this.jobs.filter((job) => over.has(job.id)))
    this.jobs = [
      ...this.jobs.filter((job) => !over.has(job.id) && !dropped.has(job.data.actionExecutionId)),
      ...changes.newJobs,
    ]
  }

  do({ kind, pick }: Deed): void {
    const executions = [...this.state.executions.values()]
    const execution = executions[pick % Math.max(executions.length, 1)]
    const stages = this.state.pipeline.declaration.stages
    const stageName = stages[pick % stages.length]?.name ?? ''
    const job = this.jobs[pick % Math.max(this.jobs.length, 1)]
    const executionId = execution?.id ?? ''
    if (kind === 'start')
      this.let({
        type: 'Start',
        trigger: { triggerType: 'StartPipelineExecution' },
        variables: {},
        sourceRevisions: [],
        sourceOverrides: [],
      })
    if (kind === 'succeed' && job)
      this.let({ type: 'JobSucceeded', job: { ...job, status: 'InProgress' }, success: {} })
    if (kind === 'fail' && job)
      this.let({
        type: 'JobFailed',
        job: { ...job, status: 'InProgress' },
        failure: { type: 'JobFailed', message: 'no' },
      })
    const old = this.ended[pick % Math.max(this.ended.length, 1)]
    if (kind === 'late' && old) this.let({ type: 'JobSucceeded', job: { ...old, status: 'Succeeded' }, success: {} })
    if (kind === 'close' || kind === 'open')
      this.let({
        type: 'SetTransition',
        stageName,
        transitionType: 'Inbound',
        enabled: kind === 'open',
        reason: 'hold',
        by: 'me',
      })
    if (kind === 'redefine') this.let({ type: 'Redefine', pipeline: this.state.pipeline })
    if (!execution) return
    if (kind === 'stop' || kind === 'abandon') this.let({ type: 'Stop', executionId, abandon: kind === 'abandon' })
    if (kind === 'retry' || kind === 'retryAll')
      this.let({
        type: 'RetryStage',
        executionId,
        stageName,
        mode: kind === 'retry' ? 'FAILED_ACTIONS' : 'ALL_ACTIONS',
      })
    if (kind === 'rollback') this.let({ type: 'RollbackStage', stageName, targetExecutionId: executionId, by: 'me' })
  }

  live() {
    return [...this.state.executions.values()].filter((one) => one.status === 'InProgress' || one.status === 'Stopping')
  }
}

function check(world: World): void {
  const locking = world.live().filter((one) => one.mode !== 'PARALLEL')
  const inside = locking.flatMap((one) => (one.position?.waiting === false ? [one.position.stage] : []))
  expect(inside).toEqual([...new Set(inside)]) // a stage holds one (X3)
  const waiting = locking.flatMap((one) =>
    one.mode === 'SUPERSEDED' && one.position?.waiting ? [one.position.stage] : [],
  )
  expect(waiting).toEqual([...new Set(waiting)]) // one waits in front of it (X4)
  for (const execution of world.live()) expect(execution.position).toBeDefined()
  for (const job of world.jobs) expect(world.state.actions.get(job.data.actionExecutionId)?.status).toBe('InProgress')
  const withJobs = new Set(world.jobs.map((job) => job.data.actionExecutionId))
  for (const one of world.state.actions.values()) if (one.status === 'InProgress') expect(withJobs).toContain(one.id)
}

test('X3, X4: whatever happens in whatever order, stages hold one, doors one, and every action in progress has its job', () => {
  fc.assert(
    fc.property(structures, deeds, (structure, happenings) => {
      const world = new World(structure)
      for (const deed of happenings) {
        world.do(deed)
        check(world)
      }
    }),
    { numRuns: 300 },
  )
})

test('liveness: with open doors and workers that report, everything ends', () => {
  fc.assert(
    fc.property(structures, deeds, (structure, happenings) => {
      const world = new World(structure)
      for (const deed of happenings) world.do(deed)
      for (let index = 0; index < world.state.pipeline.declaration.stages.length; index++)
        world.do({ kind: 'open', pick: index })
      for (let turn = 0; turn < 2_000 && world.jobs.length > 0; turn++)
        world.do({ kind: turn % 7 === 3 ? 'fail' : 'succeed', pick: turn })
      expect(world.live()).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('the same state, event and surroundings decide the same', () => {
  fc.assert(
    fc.property(structures, deeds, (structure, happenings) => {
      const one = new World(structure)
      const two = new World(structure)
      for (const deed of happenings) {
        one.do(deed)
        two.do(deed)
      }
      expect(two.state).toEqual(one.state)
    }),
    { numRuns: 50 },
  )
})
