import type { Decision } from '../../core/src/engine/changes.js'
import type { EngineStore, Unit } from '../../core/src/engine/ports.js'
import type { PipelineState } from '../../core/src/engine/state.js'
import type { Habits } from './habits.js'
import type { Random } from './random.js'
import type { WorkerJobs } from './simulation.js'

/** A defect planted on purpose: if the checks do not find it, they prove nothing. */
export interface Mutant {
  readonly name: string
  plant?(store: EngineStore, random: Random): EngineStore
  /** So that few seeds are enough; the same stories without the defect break nothing. */
  readonly habits?: Partial<Habits>
  /** How many seeds it may take at most, from 1 on. */
  readonly seeds?: number
  /** In what the workers talk to. */
  plantAtWorkers?(jobs: WorkerJobs, store: EngineStore): WorkerJobs
}

function onUnit(store: EngineStore, change: (unit: Unit) => Partial<Unit>): EngineStore {
  return { ...store, transact: (work) => store.transact((unit) => work({ ...unit, ...change(unit) })) }
}

function onDecision(store: EngineStore, change: (decision: Decision) => Decision): EngineStore {
  return onUnit(store, (unit) => ({
    saveDecision: (name, decision, now) => unit.saveDecision(name, change(decision), now),
  }))
}

function onState(store: EngineStore, change: (state: PipelineState) => PipelineState): EngineStore {
  return onUnit(store, (unit) => ({
    loadState: async (name, wanted, server) => {
      const state = await unit.loadState(name, wanted, server)
      return state && { ...change(state), now: state.now }
    },
  }))
}

const dropLock: Mutant = {
  name: 'drops the lock of a stage now and then',
  plant: (store, random) =>
    onState(store, (state) => {
      if (!random.chance(0.2)) return state
      const inside = [...state.executions].filter(
        ([, one]) => one.mode !== 'PARALLEL' && one.position?.waiting === false && one.status === 'InProgress',
      )
      const hidden = inside.find(
        ([id]) =>
          ![...state.actions.values()].some((action) => action.executionId === id && action.status !== 'InProgress'),
      )
      return hidden
        ? { ...state, executions: new Map([...state.executions].filter(([id]) => id !== hidden[0])) }
        : state
    }),
}

const skipOutbox: Mutant = {
  name: 'skips an outbox row now and then',
  plant: (store, random) =>
    onDecision(store, (decision) => (random.chance(0.05) ? { ...decision, effects: [] } : decision)),
}

const supersedeInside: Mutant = {
  name: 'supersedes inside a stage now and then',
  plant: (store, random) =>
    onDecision(store, (decision) => ({
      ...decision,
      changes: {
        ...decision.changes,
        executions: decision.changes.executions.map((one) =>
          one.mode === 'SUPERSEDED' &&
          one.status === 'InProgress' &&
          one.position?.waiting === false &&
          random.chance(0.05)
            ? { ...one, status: 'Superseded' as const }
            : one,
        ),
      },
    })),
}

const loseJob: Mutant = {
  name: 'forgets to queue a job now and then',
  plant: (store, random) =>
    onDecision(store, (decision) => ({
      ...decision,
      changes: { ...decision.changes, newJobs: decision.changes.newJobs.filter(() => !random.chance(0.1)) },
    })),
}

const handOutTwice: Mutant = {
  name: 'hands out a job that a worker already has',
  plant: (store, random) =>
    onUnit(store, (unit) => ({
      claimJobs: async (claim) => {
        const claimed = await unit.claimJobs(claim)
        for (const job of claimed)
          if (random.chance(0.2))
            await unit.stepJob(job.id, 'takeBack', { fence: job.fence }, { workerId: undefined, leaseUntil: undefined })
        return claimed
      },
    })),
}

const overtake: Mutant = {
  name: 'lets a later execution through a door before an earlier one',
  plant: (store) =>
    onState(store, (state) => {
      const waiting = [...state.executions.values()].filter((one) => one.mode === 'QUEUED' && one.position?.waiting)
      const first = waiting.sort((a, b) => a.number - b.number)[0]
      const crowd = waiting.filter((one) => one.position?.stage === first?.position?.stage)
      if (!first || crowd.length < 2) return state
      return { ...state, executions: new Map([...state.executions].filter(([id]) => id !== first.id)) }
    }),
}

const neverSweep: Mutant = {
  name: 'never finds an expired lease',
  plant: (store) => ({ ...store, read: { ...store.read, expiredLeases: async () => [] } }),
}

const dropFence: Mutant = {
  name: 'takes a result whatever its fence',
  seeds: 12, // the fifth catches it
  habits: { hangs: 0.08, hungMs: [100_000, 150_000], goesOnMeanwhile: 0, leastWorkers: 2 },
  plantAtWorkers: (jobs, store) => {
    const newest = async (id: string, fence: number) => (await store.read.job(id))?.fence ?? fence
    return {
      claim: (...wanted) => jobs.claim(...wanted),
      recover: (workerId) => jobs.recover(workerId),
      heartbeat: (...held) => jobs.heartbeat(...held),
      succeed: async (id, fence, success) => jobs.succeed(id, await newest(id, fence), success),
      fail: async (id, fence, failure) => jobs.fail(id, await newest(id, fence), failure),
    }
  },
}

const dropLease: Mutant = {
  name: 'sweeps what had an expired lease, whether or not it still has',
  seeds: 12, // the first catches it
  habits: { hangs: 0.08, hungMs: [95_000, 130_000], goesOnMeanwhile: 0.7, longJobs: 0.6 },
  plant: (store) =>
    onUnit(store, (unit) => ({
      findJob: async (id) => {
        const job = await unit.findJob(id)
        return job?.leaseUntil === undefined ? job : { ...job, leaseUntil: 0 }
      },
      stepJob: (id, by, { leaseOverAt: _any, ...guard }, patch) => unit.stepJob(id, by, guard, patch),
    })),
}

const sweepAfterPause: Mutant = {
  name: 'sweeps after a pause as if it had listened all the time',
  seeds: 10, // the first catches it
  plant: (store) => ({ ...store, renewLeases: async () => 0 }),
}

const ownClock: Mutant = {
  name: "judges leases by each server's own clock",
  habits: { clocksDiffer: true },
  seeds: 6, // the first three catch it
  plant: (store) => ({ ...store, now: async (server) => server }),
}

export const mutants: readonly Mutant[] = [
  dropFence,
  dropLease,
  ownClock,
  sweepAfterPause,
  dropLock,
  skipOutbox,
  supersedeInside,
  loseJob,
  handOutTwice,
  overtake,
  neverSweep,
]
