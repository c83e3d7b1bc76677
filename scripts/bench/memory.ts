/**
 * What of the server's process is in memory (RSS, MB), with all plugins and 100 polled pipelines on SQLite, against a bare
 * Node process with Koa and better-sqlite3 that listens and has one table.
 * - memory-idle: after the first minute's polls. Budget: 85 MB.
 * - memory-used: after so many executions (10,000) of a build that runs `true`, at rest again. Budget: 110 MB.
 * Run after `npm run build`:
 * TSX_TSCONFIG_PATH=core/tsconfig.json node --conditions @penstock/source --import tsx scripts/bench/memory.ts [executions]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { print } from './support/figures.js'
import { memoryOf } from './support/processes.js'
import { Subject } from './support/subject.js'

const pipelines = 100
const atOnce = 50

/** The floor, as a program of its own. */
const bare = `
const Koa = require('koa'), Sqlite = require('better-sqlite3')
const db = new Sqlite(':memory:')
db.exec('create table t (id integer primary key, doc text)')
const app = new Koa()
app.use((ctx) => { ctx.body = db.prepare('select count(*) as n from t').get() })
app.listen(0, '127.0.0.1', () => console.log('ready'))
`

async function floor(): Promise<number> {
  const child = spawn(process.execPath, ['-e', bare], { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  await delay(2_000)
  const memory = memoryOf(child.pid ?? 0)
  child.kill()
  return memory
}

async function main(executions: number): Promise<void> {
  const theirs = await floor()
  const subject = await Subject.start()
  for (let index = 0; index < pipelines; index++) await subject.create(`polled-${index}`, [['true']], {}, true)
  await subject.create('busy', [['true']], { executionMode: 'PARALLEL' })
  await delay(70_000) // a minute's polls, and what a young process still lets go
  print('memory-idle', subject.memory(), theirs, 'MB; node with koa and better-sqlite3', 0)
  for (let done = 0; done < executions; done += atOnce) {
    const starts = Array.from({ length: atOnce }, () => subject.call('StartPipelineExecution', { name: 'busy' }))
    await Promise.all(starts)
    await subject.atRest('busy', 100)
  }
  await delay(15_000)
  print(
    'memory-used',
    subject.memory(),
    theirs,
    `MB after ${executions} executions; node with koa and better-sqlite3`,
    0,
  )
  await subject.remove()
}

void main(Number(process.argv[2] ?? 10_000)).then(() => process.exit())
