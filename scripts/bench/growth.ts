/**
 * How much slower the engine gets with what it has: SQLite (WAL, synchronous=FULL), no processes; medians.
 * - growth-pipelines-*: among 10,000 pipelines against among 10.
 * - growth-history-*: with 1,000,000 past executions of 13 months (of one pipeline, with their stages, actions, jobs and
 *   audit entries) against 100. Start and state have a budget of 1.2; the lists' first pages are to be as flat.
 * - growth-retention: forgetting twenty executions, among so many against among 100.
 * - growth-open: opening the database, as every start does.
 * Run: node --conditions @penstock/source --import tsx scripts/bench/growth.ts [past executions]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Principal } from '../../core/src/domain/access.js'
import { SqlAuditStore } from '../../core/src/store/audit-store.js'
import { openSqlite } from '../../core/src/store/database.js'
import { beyondLimits, historyOf } from '../../core/src/store/old-history.js'
import { type Bench, bench, pipeline, stage } from '../../core/test/engine/support.js'
import { median, print } from './support/figures.js'
import { addHistory, copyPipelines } from './support/history.js'

const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-growth-'))
const by: Principal = { name: 'bench', arn: 'arn:aws:iam::123456789012:user/bench', policies: [] }
const types = ['Source/Custom/Repo/1', 'Build/Custom/Make/1']
const day = 24 * 60 * 60_000

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function typical(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = []
  for (let round = 0; round < times; round++) took.push(await milliseconds(work))
  return median(took)
}

/** Claims and succeeds whatever waits. */
async function workThrough(b: Bench): Promise<void> {
  for (;;) {
    const jobs = await b.jobs.claim('bench', types, 10)
    if (jobs.length === 0) return
    for (const job of jobs) await b.jobs.succeed(job.id, job.fence, {})
  }
}

type Times = Readonly<Record<string, number>>

/** Milliseconds for what people and clients ask most. */
async function answers(b: Bench, name: string): Promise<Times> {
  const { operations: ask } = b
  const start: number[] = []
  for (let round = 0; round < 60; round++) {
    start.push(await milliseconds(() => ask.startPipelineExecution(by, { name })))
    await workThrough(b)
  }
  const audit = new SqlAuditStore(b.database)
  const filter = { succeededInStage: { stageName: 's0' } }
  return {
    start: median(start),
    state: await typical(60, () => ask.getPipelineState(by, { name })),
    executions: await typical(60, () => ask.listPipelineExecutions(by, { pipelineName: name, maxResults: 20 })),
    'executions-succeeded': await typical(9, () =>
      ask.listPipelineExecutions(by, { pipelineName: name, maxResults: 20, filter }),
    ),
    actions: await typical(60, () => ask.listActionExecutions(by, { pipelineName: name, maxResults: 20 })),
    pipelines: await typical(60, () => ask.listPipelines(by, { maxResults: 10 })),
    audit: await typical(60, () => audit.page(undefined, 50)),
    'audit-later': await typical(9, () => audit.page(b.clock.now() - 200 * day, 50)),
    'audit-forget': await typical(9, () => audit.deleteBefore(1)),
  }
}

/** In turns, three times: what else the machine does is then in both. */
async function compare(what: string, many: Bench, few: Bench, words: string): Promise<void> {
  const [ours, theirs]: [Times[], Times[]] = [[], []]
  for (let round = 0; round < 3; round++) {
    theirs.push(await answers(few, 'p5'))
    ours.push(await answers(many, 'p5'))
  }
  const middle = (times: readonly Times[], name: string) => median(times.map((one) => one[name] ?? Number.NaN))
  for (const name of Object.keys(ours[0] ?? {}))
    print(`${what}-${name}`, middle(ours, name), middle(theirs, name), words)
}

/** What the hourly retention does for each twenty executions. */
async function forget(b: Bench, before: number): Promise<number> {
  return milliseconds(async () => {
    const old = await beyondLimits(b.database, 'p5', { before }, 20)
    await historyOf(b.database, old)
    await b.engine.store.forgetExecutions(old)
  })
}

/** Ten pipelines, of which p5 has run a hundred times. */
async function small(name: string): Promise<{ readonly file: string; readonly b: Bench }> {
  const file = join(folder, `${name}.db`)
  const b = await bench(await openSqlite(file))
  for (let index = 0; index < 10; index++)
    await b.operations.createPipeline(by, { pipeline: { ...pipeline([stage('s0', ['a0'])]), name: `p${index}` } })
  await workThrough(b)
  addHistory(file, 1, 100, b.clock.now())
  return { file, b }
}

async function main(pastExecutions: number): Promise<void> {
  const few = await small('few')
  let { b, file } = await small('many')
  copyPipelines(file, 10_000)
  await compare('growth-pipelines', b, few.b, 'ms among 10,000 pipelines, among 10')
  addHistory(file, 101, pastExecutions, b.clock.now())
  await b.close()
  const opening = performance.now()
  const database = await openSqlite(file)
  const opened = performance.now() - opening
  b = await bench(database)
  await compare('growth-history', b, few.b, `ms with ${pastExecutions} past executions, with 100`)
  const forgetFew = await forget(few.b, few.b.clock.now() - 5 * day)
  const before = b.clock.now() - 365 * day
  const sweeps: number[] = []
  for (let round = 0; round < 20; round++) sweeps.push(await forget(b, before))
  print('growth-retention-first', sweeps[0] ?? Number.NaN, forgetFew, 'ms for the first twenty executions')
  print('growth-retention', median(sweeps), forgetFew, 'ms for twenty executions')
  process.stdout.write(`growth-open: ${opened.toFixed(1)} ms\n`)
  await b.close()
  await few.b.close()
}

void main(Number(process.argv[2] ?? 1_000_000)).finally(() => rmSync(folder, { recursive: true, force: true }))
