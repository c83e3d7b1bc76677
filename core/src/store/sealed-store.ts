/**
 * Secret configuration values and webhooks' tokens are sealed on their way into the database and opened on their way out.
 * The engine works in clear and the tables never do: a copy of the database without the master key gives no secret away.
 */
import type { EngineReads, EngineStore, PageOf, Shelf, StoredWebhook, Unit } from '../engine/ports.js'
import type { PipelineState } from '../engine/state.js'
import { Documents } from './sealed-documents.js'
import { type Key, Sealer, type Secrecy } from './sealer.js'

/**
 * `store` with nothing secret in clear. What an older Penstock wrote in clear is read, and sealed when it is
 * written again, or by `sealRest`.
 */
export function sealedStore(store: EngineStore, key: Key, secrecy: Secrecy): EngineStore {
  const documents = new Documents(new Sealer(key), secrecy)
  return {
    ...store,
    read: sealedReads(store.read, documents),
    webhooks: sealedWebhooks(store.webhooks, new Sealer(key)),
    transact: (work) => store.transact((unit) => work(sealedUnit(unit, documents))),
  }
}

/** A decision is always about the state that was loaded before it, in the same unit. */
function sealedUnit(unit: Unit, documents: Documents): Unit {
  const loaded = new Map<string, PipelineState['definitions']>()
  return {
    now: (server) => unit.now(server),
    async loadState(name, wanted, server) {
      const state = await unit.loadState(name, wanted, server)
      if (!state) return undefined
      loaded.set(name, state.definitions)
      return { ...documents.openState(state), now: state.now }
    },
    saveDecision: (name, decision, now) =>
      unit.saveDecision(name, documents.sealDecision(decision, loaded.get(name)), now),
    tell: (name, effects, now) => unit.tell(name, effects, now),
    async lockPipeline(name) {
      const pipeline = await unit.lockPipeline(name)
      return pipeline && documents.openPipeline(pipeline)
    },
    countPipelines: () => unit.countPipelines(),
    createPipeline: (pipeline, by) => unit.createPipeline(documents.sealPipeline(pipeline), by),
    savePipeline: (pipeline, by) => unit.savePipeline(documents.sealPipeline(pipeline), by),
    deletePipeline: (name) => unit.deletePipeline(name),
    async findJob(id) {
      const job = await unit.findJob(id)
      return job && documents.openJob(job)
    },
    claimJobs: async (claim) => (await unit.claimJobs(claim)).map(documents.openJob),
    stepJob: (id, by, guard, patch) => unit.stepJob(id, by, guard, patch),
    putDeployTargets: (id, targets) => unit.putDeployTargets(id, targets),
    putTestReport: (input, owner) => unit.putTestReport(input, owner),
  }
}

function sealedReads(read: EngineReads, { openPipeline, openRun, openJob }: Documents): EngineReads {
  const one = <T>(found: T | undefined, open: (item: T) => T): T | undefined => (found ? open(found) : undefined)
  const page = <T>(found: PageOf<T>, open: (item: T) => T): PageOf<T> => ({ ...found, items: found.items.map(open) })
  return {
    ...read,
    pipeline: async (name, version) => one(await read.pipeline(name, version), openPipeline),
    pipelines: async (after, limit) => (await read.pipelines(after, limit)).map(openPipeline),
    action: async (id) => one(await read.action(id), openRun),
    actionsById: async (ids) => (await read.actionsById(ids)).map(openRun),
    actions: async (name, wanted) => page(await read.actions(name, wanted), openRun),
    rulesById: async (ids) => (await read.rulesById(ids)).map(openRun),
    rules: async (name, wanted) => page(await read.rules(name, wanted), openRun),
    job: async (id) => one(await read.job(id), openJob),
    jobsOfWorker: async (workerId) => (await read.jobsOfWorker(workerId)).map(openJob),
    jobsInHand: async (limit) => (await read.jobsInHand(limit)).map(openJob),
    jobOfAction: async (id) => one(await read.jobOfAction(id), openJob),
    expiredLeases: async (now, limit) => (await read.expiredLeases(now, limit)).map(openJob),
  }
}

function sealedWebhooks(shelf: Shelf<StoredWebhook>, sealer: Sealer): Shelf<StoredWebhook> {
  const about = (one: StoredWebhook) => `webhook ${one.definition.name}`
  const change = (one: StoredWebhook, how: 'seal' | 'open'): StoredWebhook => {
    const { SecretToken: token, ...rest } = one.definition.authenticationConfiguration
    if (token === undefined) return one
    const changed =
      how === 'seal' ? sealer.seal({ token }, about(one), () => true).token : sealer.open({ token }, about(one)).token
    return { ...one, definition: { ...one.definition, authenticationConfiguration: { ...rest, SecretToken: changed } } }
  }
  return {
    async get(key) {
      const found = await shelf.get(key)
      return found && change(found, 'open')
    },
    list: async () => (await shelf.list()).map((one) => change(one, 'open')),
    async change(key, next) {
      // PostgreSQL may have the work done again, so what is answered is what the last time made.
      let after: ReturnType<typeof next> | undefined
      await shelf.change(key, (before, count) => {
        after = next(before && change(before, 'open'), count)
        return after && change(after, 'seal')
      })
      return after as ReturnType<typeof next>
    },
  }
}
