/**
 * 100 executions of one build that runs `true`, queued at once through the API of the real server process, SQLite with
 * synchronous=FULL; each has a source action before it, so that every execution is two jobs. Executions a minute, medians
 * of five rounds; the floor takes turns: a shell that runs `true` a hundred times and makes one line durable after each.
 * - throughput-parallel: two pipelines whose executions run side by side (fifty of each at most).
 * - throughput-queued: two pipelines whose executions wait for one another at each stage.
 * Budget: 1.5 times Laminar's (about 13,000 a minute where Laminar reached 8,758).
 * Run after `npm run build`:
 * TSX_TSCONFIG_PATH=core/tsconfig.json node --conditions @penstock/source --import tsx scripts/bench/throughput.ts [rounds]
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { median, print } from './support/figures.js'
import { Subject } from './support/subject.js'

const count = 100

/** How often a minute, when all of them took so many milliseconds. */
const aMinute = (ms: number) => (count / ms) * 60_000

async function run(subject: Subject, names: readonly string[]): Promise<number> {
  const began = performance.now()
  const name = (index: number) => names[index % names.length]
  await Promise.all(
    Array.from({ length: count }, (_, index) => subject.call('StartPipelineExecution', { name: name(index) })),
  )
  for (const one of names) await subject.atRest(one)
  return aMinute(performance.now() - began)
}

function floor(folder: string): number {
  const began = performance.now()
  const line = `dd of=${join(folder, 'lines')} oflag=append conv=notrunc,fsync status=none`
  spawnSync('/bin/sh', ['-c', `i=0; while [ $i -lt ${count} ]; do /bin/true; echo $i | ${line}; i=$((i + 1)); done`])
  return aMinute(performance.now() - began)
}

async function main(rounds: number): Promise<void> {
  const subject = await Subject.start()
  const modes = ['PARALLEL', 'QUEUED'] as const
  const names = { PARALLEL: ['parallel-1', 'parallel-2'], QUEUED: ['queued-1', 'queued-2'] }
  for (const executionMode of modes)
    for (const name of names[executionMode]) await subject.create(name, [['true']], { executionMode })
  for (const name of Object.values(names).flat()) await subject.atRest(name)
  const ours = { PARALLEL: [] as number[], QUEUED: [] as number[] }
  const floors: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const mode of modes) ours[mode].push(await run(subject, names[mode]))
    floors.push(floor(subject.installation.folder))
  }
  for (const mode of modes) {
    const what = 'executions a minute; a shell that runs `true` and fsyncs a line'
    print(`throughput-${mode.toLowerCase()}`, median(ours[mode]), median(floors), what, 0)
  }
  await subject.remove()
}

void main(Number(process.argv[2] ?? 5)).then(() => process.exit())
