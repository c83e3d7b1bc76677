import type { EngineStore, Unit } from '../engine/ports.js'
import type { Database, Tx } from './database.js'
import { writeDecision, writeEffects } from './decision-writer.js'
import { DefinitionCache } from './definition-cache.js'
import { deployTargets, putDeployTargets } from './deploy-targets.js'
import { createEngineReads } from './engine-reads.js'
import { forgetExecutions, forgetJobs } from './forget-history.js'
import { claimJobs, databaseNow, findJob, heartbeat, renewLeases, stepJob } from './job-store.js'
import { createOutbox } from './outbox-store.js'
import { countPipelines, createPipeline, deletePipeline, savePipeline } from './pipeline-store.js'
import { actionTypeShelf, webhookShelf } from './shelves.js'
import { StateLoader } from './state-loader.js'
import { putTestReport, testReports } from './test-reports.js'

/** The engine's store over either database. */
export function createEngineStore(database: Database): EngineStore {
  const definitions = new DefinitionCache()
  const loader = new StateLoader(database, definitions)
  return {
    read: createEngineReads(database, definitions),
    actionTypes: actionTypeShelf(database),
    webhooks: webhookShelf(database),
    deployTargets: (id) => deployTargets(database, id),
    testReports: (id) => testReports(database, id),
    transact: (work) => database.write((tx) => work(createUnit(database, tx, loader))),
    now: (server) => databaseNow(database, database.db, server),
    heartbeat: (workerId, held, lease) => heartbeat(database, workerId, held, lease),
    renewLeases: (lease) => renewLeases(database, lease),
    drainOutbox: createOutbox(database),
    forgetExecutions: (executionIds) => forgetExecutions(database, executionIds),
    forgetJobs: (before) => forgetJobs(database, before),
    signal: (signal) => database.signal(signal),
    onSignal: (listener) => database.onSignal(listener),
  }
}

function createUnit(database: Database, tx: Tx, loader: StateLoader): Unit {
  return {
    now: (server) => databaseNow(database, tx, server),
    loadState: (name, wanted, server) => loader.load(tx, name, wanted, server),
    saveDecision: async (name, decision, now) => {
      await writeDecision(tx, name, decision, now)
      // A worker that waits for jobs claims them in the same commit: they are made durable once, and begin the sooner.
      if (decision.changes.newJobs.length > 0) database.hint({ kind: 'jobs' })
    },
    tell: (name, effects, now) => writeEffects(tx, name, effects, now),
    lockPipeline: async (name) => (await loader.lock(tx, name))?.pipeline,
    countPipelines: () => countPipelines(tx),
    createPipeline: (pipeline, by) => createPipeline(tx, pipeline, by),
    savePipeline: (pipeline, by) => savePipeline(tx, pipeline, by),
    deletePipeline: (name) => deletePipeline(tx, name),
    findJob: (id) => findJob(database, tx, id),
    claimJobs: (claim) => claimJobs(database, tx, claim),
    stepJob: (id, by, guard, patch) => stepJob(database, tx, id, by, guard, patch),
    putDeployTargets: (id, targets) => putDeployTargets(tx, id, targets),
    putTestReport: (input, owner) => putTestReport(tx, input, owner),
  }
}
