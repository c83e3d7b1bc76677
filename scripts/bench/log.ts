/**
 * A step that prints 100 MB, on this machine in one run; medians of five.
 * - log-spool: the step from start to recorded end, against `sh -c COMMAND > file`.
 * - log-ingest: masking (one secret, and ten), line index and fsync of the 100 MB, against `cp` of them with fsync; MB/s.
 * - log-rss: what the process grew by at its largest; the budget is 16 MB.
 * - log-lag: from a step's write until a follower has read it; the budget is 100 ms.
 * Run: node --expose-gc --conditions @penstock/source --import tsx scripts/bench/log.ts
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../core/src/domain/clock.js'
import { Launcher } from '../../core/src/worker/launcher.js'
import { ActionLogs } from '../../core/src/worker/log-service.js'
import { StepRunner } from '../../core/src/worker/step.js'
import { workFolder } from '../../core/src/worker/workspace.js'

const rounds = 5
const command = 'yes "a line of a build, some seventy characters long: compiling file.c" | head -c 100000000'
const root = mkdtempSync(join(tmpdir(), 'penstock-bench-'))
const launcher = new Launcher()
const logs = new ActionLogs(join(root, 'data'))
const never = new AbortController().signal
let last = 0

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function nextId(): string {
  last++
  return `00000000-0000-4000-8000-${String(last).padStart(12, '0')}`
}

async function spool(id: string): Promise<void> {
  const folder = workFolder(logs.dataFolder, id)
  mkdirSync(folder.files, { recursive: true })
  const steps = new StepRunner({ launcher, clock: systemClock, grace: 1_000 })
  const env = { PATH: process.env.PATH ?? '' }
  const step = { folder: join(folder.steps, '0001'), cwd: folder.files, env, log: folder.spool, title: 'print 100 MB' }
  await steps.run({ ...step, command: ['sh', '-c', command] }, never)
}

async function round(samples: Samples): Promise<void> {
  const floor = join(root, 'floor')
  samples.floor.push(await timed(() => execFileSync('sh', ['-c', `${command} > "$0"`, floor])))
  samples.copy.push(await timed(() => execFileSync('sh', ['-c', 'cp "$0" "$0.copy" && sync "$0.copy"', floor])))
  for (const secrets of [1, 10]) {
    const id = nextId()
    const log = logs.open(id)
    for (let n = 0; n < secrets; n++) log.mask(`correct-horse-battery-${n}`)
    samples.spool.push(await timed(() => spool(id)))
    log.close()
    samples[secrets === 1 ? 'ingest' : 'ingestTen'].push(await timed(() => logs.finish(id)))
    const size = await logs.size(id)
    if (size !== 100_000_000 + '$ print 100 MB\n'.length) throw new Error(`the log has ${size} bytes`)
    rmSync(join(root, 'data'), { recursive: true })
  }
}

type Samples = Record<'floor' | 'copy' | 'spool' | 'ingest' | 'ingestTen', number[]>

/** Milliseconds from the write of a line until a follower of the log has it. */
async function lag(): Promise<number> {
  const id = nextId()
  const log = logs.open(id)
  let seen: (() => void) | undefined
  let from = 0
  const read = async () => {
    const chunk = await logs.read(id, from)
    if (!chunk || chunk.next === from) return
    from = chunk.next
    seen?.()
  }
  const unfollow = logs.follow(id, () => void read())
  const alive = setInterval(() => {}, 1_000) // followers do not keep the process alive
  const waits: number[] = []
  for (let n = 0; n < 20; n++) {
    const there = new Promise<void>((resolve) => {
      seen = resolve
    })
    waits.push(
      await timed(() => {
        appendFileSync(workFolder(logs.dataFolder, id).spool, `line ${n}\n`)
        return there
      }),
    )
    await delay(5)
  }
  clearInterval(alive)
  unfollow()
  log.close()
  await logs.finish(id)
  return median(waits)
}

/** The process's highest resident size so far, in MB; falls back to none. */
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

async function measure(): Promise<void> {
  const samples: Samples = { floor: [], copy: [], spool: [], ingest: [], ingestTen: [] }
  // So that code which is loaded at first use is not taken for growth.
  const log = logs.open(nextId())
  log.line('warm')
  execFileSync('true')
  await logs.size('00000000-0000-4000-8000-000000000001')
  const before = peak()
  for (let n = 0; n < rounds; n++) await round(samples)
  const grown = peak() - before
  const speed = (ms: number) => 100_000 / ms
  const print = (name: string, ours: number, theirs: number, unit: string) =>
    console.log(`${name}: ${ours.toFixed(1)} ${unit}, ${theirs.toFixed(1)} ${unit}, ${(ours / theirs).toFixed(2)}`)
  const [floor, copy] = [median(samples.floor), median(samples.copy)]
  print('log-spool', speed(median(samples.spool)), speed(floor), 'MB/s')
  print('log-ingest (1 secret)', speed(median(samples.ingest)), speed(copy), 'MB/s')
  print('log-ingest (10 secrets)', speed(median(samples.ingestTen)), speed(copy), 'MB/s')
  print('log-rss', grown, 16, 'MB')
  print('log-lag', await lag(), 100, 'ms')
  log.close()
  await logs.close()
  launcher.close()
}

void measure().finally(() => rmSync(root, { recursive: true, force: true }))
