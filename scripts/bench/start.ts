/**
 * From starting the process until the server is ready, all plugins and 10,000 past executions included, against the
 * floor of starting Node at all. Prints `start: ours, theirs, ratio` (medians of seven, side by side); the budget is
 * 400 ms. Run after `npm run build`: node --import tsx scripts/bench/start.ts [executions]
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'

const rounds = 7
const executions = Number(process.argv[2] ?? 10_000)
const bin = resolve(__dirname, '../../core/bin/penstock.js')
const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-start-'))

/** Milliseconds until READY; the process is killed then. */
async function start(): Promise<{ ms: number; rss: number }> {
  const began = process.hrtime.bigint()
  const child = spawn(process.execPath, [bin, 'serve', '--data', join(folder, 'data'), '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  for await (const piece of child.stdout) {
    said += piece
    if (said.includes('READY ')) break
  }
  const ms = Number(process.hrtime.bigint() - began) / 1e6
  const rss =
    Number(/VmRSS:\s+(\d+)/.exec(spawnSync('cat', [`/proc/${child.pid}/status`]).stdout.toString())?.[1] ?? 0) / 1024
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
  return { ms, rss }
}

function floor(): number {
  const began = process.hrtime.bigint()
  spawnSync(process.execPath, ['-e', '0'])
  return Number(process.hrtime.bigint() - began) / 1e6
}

/** Past executions as the store writes them, so that migrations and recovery meet a used database. */
function fill(): void {
  const database = new Sqlite(join(folder, 'data', 'penstock.db'))
  const add = database.prepare(
    `insert into executions (id, pipeline_name, number, pipeline_version, live, status, started, client_request_token, doc)
     values (?, 'filled', ?, 1, 0, 'Succeeded', ?, null, ?)`,
  )
  const doc = JSON.stringify({ pipelineName: 'filled', status: 'Succeeded', filler: 'x'.repeat(1_000) })
  database.transaction(() => {
    for (let number = 1; number <= executions; number++) add.run(`filled-${number}`, number, number, doc)
  })()
  database.close()
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function main(): Promise<void> {
  await start() // makes the data folder
  fill()
  const ours: number[] = []
  const floors: number[] = []
  const memory: number[] = []
  for (let round = 0; round < rounds; round++) {
    floors.push(floor())
    const { ms, rss } = await start()
    ours.push(ms)
    memory.push(rss)
  }
  const [our, their] = [median(ours), median(floors)]
  process.stdout.write(`start: ${our.toFixed(0)} ms, ${their.toFixed(0)} ms (node -e 0), ${(our / their).toFixed(1)}\n`)
  process.stdout.write(`start memory: ${median(memory).toFixed(0)} MB when ready\n`)
}

void main().finally(() => rmSync(folder, { recursive: true, force: true }))
