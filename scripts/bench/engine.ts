/**
 * The engine alone on SQLite (WAL, synchronous=FULL), no processes; medians of five.
 * - engine-actions: action transitions a second (claim, result, next action queued), many pipelines at once, against
 *   plain durable one-row transactions of better-sqlite3 in the same run. The budget is 1,000 actions a second.
 * - engine-one: the same for one pipeline whose actions follow one another: nothing can share a commit.
 * Run: node --conditions @penstock/source --import tsx scripts/bench/engine.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Principal } from '../../core/src/domain/access.js'
import type { PipelineDeclaration } from '../../core/src/domain/pipeline.js'
import { openSqlite } from '../../core/src/store/database.js'
import { type Bench, bench, pipeline, stage } from '../../core/test/engine/support.js'
import { median, print } from './support/figures.js'

const rounds = 5
const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-engine-'))
const by: Principal = { name: 'bench', arn: 'arn:aws:iam::123456789012:user/bench', policies: [] }
const types = ['Source/Custom/Repo/1', 'Build/Custom/Make/1']

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

async function main(): Promise<void> {
  try {
    await throughput()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void main()
