/**
 * The engine alone on SQLite (WAL, synchronous=FULL), no processes; medians of five.
 * - engine-actions: action transitions a second (claim, result, next action queued), many pipelines at once, against
 *   plain durable one-row transactions of better-sqlite3 in the same run. The budget is 1,000 actions a second.
 * - engine-one: the same for one pipeline whose actions follow one another: nothing can share a commit.
 * - growth-pipelines: start an execution, and answer GetPipelineState, among 10,000 pipelines against among 10.
 * - growth-history: the same with 1,000,000 past executions against 100. The budget is 1.2.
 * Run: node --conditions @penstock/source --import tsx scripts/bench/engine.ts [past executions]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Principal } from '../../core/src/domain/access.js'
import type { PipelineDeclaration } from '../../core/src/domain/pipeline.js'
import { openSqlite } from '../../core/src/store/database.js'
import { type Bench, bench, pipeline, stage } from '../../core/test/engine/support.js'

const rounds = 5
const pastExecutions = Number(process.argv[2] ?? 1_000_000)
const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-engine-'))
const by: Principal = { name: 'bench', arn: 'arn:aws:iam::123456789012:user/bench', policies: [] }
const types = ['Source/Custom/Repo/1', 'Build/Custom/Make/1']

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

/** Durable one-row transactions a second, as the library itself does them. */
function floor(): number {
  const database = new Sqlite(join(folder, 'floor.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('create table if not exists t (id integer primary key, doc text)')
  const insert = database.prepare('insert into t (doc) values (?)')
  const began = performance.now()
  let count = 0
  while (performance.now() - began < 500) {
    insert.run('x'.repeat(500))
    count++
  }
  database.close()
  return count / ((performance.now() - began) / 1000)
}

function named(name: string, actions = 1): PipelineDeclaration {
  const stages = Array.from({ length: actions }, (_, index) => stage(`s${index}`, [`a${index}`]))
  return { ...pipeline(stages), name }
}

/** Claims and succeeds whatever waits, so many at a time; answers how many actions ended. */
async function workThrough(b: Bench, atOnce: number): Promise<number> {
  let done = 0
  for (;;) {
    const jobs = await b.jobs.claim('bench', types, atOnce)
    if (jobs.length === 0) return done
    await Promise.all(jobs.map((job) => b.jobs.succeed(job.id, job.fence, {})))
    done += jobs.length
  }
}

async function throughput(): Promise<void> {
  const b = await bench(await openSqlite(join(folder, 'engine.db')))
  const names = Array.from({ length: 50 }, (_, index) => `p${index}`)
  for (const name of [...names, 'one'])
    await b.operations.createPipeline(by, { pipeline: named(name, name === 'one' ? 20 : 1) })
  await workThrough(b, 50)
  const many: number[] = []
  const one: number[] = []
  const floors: number[] = []
  for (let round = 0; round < rounds; round++) {
    floors.push(floor())
    for (let run = 0; run < 4; run++) {
      await Promise.all(names.map((name) => b.operations.startPipelineExecution(by, { name })))
      let done = 0
      const took = await seconds(async () => {
        done = await workThrough(b, 50)
      })
      many.push(done / took)
    }
    await b.operations.startPipelineExecution(by, { name: 'one' })
    let done = 0
    const took = await seconds(async () => {
      done = await workThrough(b, 1)
    })
    one.push(done / took)
  }
  await b.close()
  print('engine-actions', median(many), median(floors), 'actions/s, against durable one-row commits/s')
  print('engine-one', median(one), median(floors), 'actions/s, against durable one-row commits/s')
}

function print(name: string, ours: number, theirs: number, what: string): void {
  console.log(`${name}: ${ours.toFixed(2)}, ${theirs.toFixed(2)}, ${(ours / theirs).toFixed(2)} (${what})`)
}

/** Milliseconds to start an execution, and to answer for a pipeline's state. */
async function answers(b: Bench, name: string): Promise<{ start: number; state: number }> {
  const start: number[] = []
  const state: number[] = []
  for (let round = 0; round < 60; round++) {
    start.push((await seconds(() => b.operations.startPipelineExecution(by, { name }))) * 1000)
    await workThrough(b, 10)
    state.push((await seconds(() => b.operations.getPipelineState(by, { name }))) * 1000)
  }
  return { start: median(start), state: median(state) }
}

async function growth(): Promise<void> {
  const file = join(folder, 'growth.db')
  const b = await bench(await openSqlite(file))
  for (let index = 0; index < 10; index++) await b.operations.createPipeline(by, { pipeline: named(`p${index}`) })
  await workThrough(b, 10)
  const few = await answers(b, 'p5')
  copyPipelines(file, 10_000)
  const among = await answers(b, 'p5')
  print('growth-pipelines-start', among.start, few.start, 'ms among 10,000 pipelines, among 10')
  print('growth-pipelines-state', among.state, few.state, 'ms among 10,000 pipelines, among 10')
  addHistory(file, pastExecutions)
  const after = await answers(b, 'p5')
  print('growth-history-start', after.start, few.start, `ms with ${pastExecutions} past executions, with few`)
  print('growth-history-state', after.state, few.state, `ms with ${pastExecutions} past executions, with few`)
  const page =
    (await seconds(() => b.operations.listPipelineExecutions(by, { pipelineName: 'p5', maxResults: 20 }))) * 1000
  console.log(`growth-history-page: ${page.toFixed(2)} ms for the newest 20 of ${pastExecutions}`)
  await b.close()
}

/** Rows as the store writes them, without the events that would have made them. */
function copyPipelines(file: string, count: number): void {
  const database = new Sqlite(file)
  database.transaction(() => {
    for (const [table, key] of [
      ['pipelines', 'name'],
      ['pipeline_versions', 'pipeline_name'],
      ['stages', 'pipeline_name'],
    ] as const) {
      const rows = database.prepare(`select * from ${table} where ${key} = 'p9'`).all() as Record<string, unknown>[]
      for (const row of rows) {
        const columns = Object.keys(row)
        const insert = database.prepare(
          `insert into ${table} (${columns.join()}) values (${columns.map((column) => `@${column}`).join()})`,
        )
        for (let copy = 0; copy < count; copy++)
          insert.run({ ...row, [key]: `copy${copy}`, doc: String(row.doc).replaceAll('"p9"', `"copy${copy}"`) })
      }
    }
  })()
  database.close()
}

/** Past executions of p5, with a stage and an action each, older than all that is there. */
function addHistory(file: string, count: number): void {
  const database = new Sqlite(file)
  const template = database
    .prepare("select * from executions where pipeline_name = 'p5' and live = 0 limit 1")
    .get() as Record<string, unknown>
  const action = database.prepare("select * from action_executions where pipeline_name = 'p5' limit 1").get() as Record<
    string,
    unknown
  >
  const into = (table: string, row: Record<string, unknown>) => {
    const columns = Object.keys(row)
    return database.prepare(
      `insert into ${table} (${columns.join()}) values (${columns.map((column) => `@${column}`).join()})`,
    )
  }
  const addExecution = into('executions', template)
  const addAction = into('action_executions', action)
  database.transaction(() => {
    for (let past = 1; past <= count; past++) {
      addExecution.run({ ...template, id: `past-${past}`, number: -past, client_request_token: null })
      addAction.run({
        ...action,
        id: `past-action-${past}`,
        execution_id: `past-${past}`,
        number: -past,
        deadline: null,
      })
    }
  })()
  database.exec('analyze')
  database.close()
}

async function main(): Promise<void> {
  try {
    await throughput()
    await growth()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void main()
