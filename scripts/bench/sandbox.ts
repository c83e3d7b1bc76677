/**
 * How much later a step's first instruction comes in the sandbox than without: the same step, alternating, in one process.
 * From where a provider calls ctx.exec (the sandbox's folders included) to the first thing that the command does.
 *
 *   node_modules/.bin/tsx --conditions=@penstock/source scripts/bench/sandbox.ts [ROUNDS]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../core/src/domain/clock.js'
import { Launcher } from '../../core/src/worker/launcher.js'
import type { StepIsolation } from '../../core/src/worker/sandbox/isolation.js'
import { SandboxMaker } from '../../core/src/worker/sandbox/sandbox-maker.js'
import { usualLimits } from '../../core/src/worker/sandbox/usual-limits.js'
import { StepRunner } from '../../core/src/worker/step.js'
import { workFolder } from '../../core/src/worker/workspace.js'

const rounds = Number(process.argv[2] ?? 60)
const root = mkdtempSync(join(tmpdir(), 'penstock-bench-sandbox-'))
const data = join(root, 'data')
mkdirSync(data, { mode: 0o700 })
const launcher = new Launcher()
const runner = new StepRunner({ launcher, clock: systemClock, grace: 1_000 })
const maker = new SandboxMaker({ dataFolder: data, hidden: [] })
const isolation: StepIsolation = { level: 'sandbox', network: true, readOnly: [], writable: [], limits: usualLimits() }

/** Milliseconds from the call to bash's first instruction. */
async function measure(id: string, sandboxed: boolean): Promise<number> {
  const folder = workFolder(data, id)
  mkdirSync(folder.files, { recursive: true })
  const began = performance.timeOrigin + performance.now()
  const enclosure = sandboxed ? await maker.enclose(folder, isolation) : undefined
  await runner.run(
    {
      folder: join(folder.steps, '0001'),
      command: ['bash', '-c', 'echo "$EPOCHREALTIME"'],
      cwd: folder.files,
      env: { PATH: process.env.PATH ?? '', ...enclosure?.env },
      log: folder.spool,
      title: 'it',
      limits: isolation.limits,
      ...(enclosure ? { enclosure } : {}),
    },
    new AbortController().signal,
  )
  const [, said = ''] = readFileSync(folder.spool, 'utf8').split('\n')
  return Number(said.replace(',', '.')) * 1_000 - began
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function main(): Promise<void> {
  const problem = await maker.problem()
  if (problem !== undefined) throw new Error(problem)
  const [none, sandbox]: [number[], number[]] = [[], []]
  for (let round = -5; round < rounds; round++) {
    const pair = [await measure(`none-${round + 5}`, false), await measure(`sandbox-${round + 5}`, true)] as const
    if (round < 0) continue
    none.push(pair[0])
    sandbox.push(pair[1])
  }
  const [without, inside] = [median(none), median(sandbox)]
  process.stdout.write(
    `claim to first instruction, p50 of ${rounds} each: none ${without.toFixed(1)} ms, sandbox ${inside.toFixed(1)} ms, ${(inside - without).toFixed(1)} ms more\n`,
  )
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exitCode = 1
  })
  .finally(() => {
    launcher.close()
    rmSync(root, { recursive: true, force: true })
  })
