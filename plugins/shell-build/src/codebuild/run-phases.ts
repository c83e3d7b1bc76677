import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defined, type JobContext, readInside } from '@penstock/core'
import { writeOwn } from '../source.js'
import { prepareVariables } from '../variables.js'
import type { Buildspec } from './buildspec.js'
import type { Expressions } from './expressions.js'
import type { Retry } from './phase.js'
import { buildScript } from './script.js'

/** One run of a buildspec's phases. */
export interface PhasesRun {
  readonly spec: Buildspec
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly expressions: Expressions
  /** Of this build among those of its action: part of its files' names. */
  readonly name: string
  /** Milliseconds. */
  readonly timeout?: number
  /** The container's, where builds run in one. */
  readonly image?: string
}

/** Runs the phases, again where on-failure says so. Answers why they failed, or `undefined`. */
export async function runPhases(ctx: JobContext, run: PhasesRun): Promise<string | undefined> {
  const mayRetry = run.spec.phases.some(({ onFailure }) => typeof onFailure === 'object')
  const pristine = join(ctx.workspace, '.penstock', `pristine-${run.name}`)
  if (mayRetry) await copyTree(ctx, run.folder, pristine, 'keeping the source, for a retry')
  const used = new Map<string, number>()
  for (let attempt = 1; ; attempt++) {
    const { failure, phase, sentence } = await runOnce(ctx, run, attempt)
    if (failure === undefined) return undefined
    const retry = run.spec.phases.find(({ name }) => name === phase)?.onFailure
    const times = used.get(phase ?? '') ?? 0
    if (typeof retry !== 'object' || times >= retry.times || !fits(retry, sentence)) return failure
    used.set(phase ?? '', times + 1)
    ctx.log.line(`${failure}; on-failure: retry ${times + 1} of ${retry.times}, from the source as it was`)
    await copyTree(ctx, pristine, run.folder, 'the source as it was')
  }
}

function fits({ pattern }: Retry, sentence: string): boolean {
  return new RegExp(pattern, 's').test(sentence)
}

/** A durable step like others, so that a restart in the middle of it does no harm. */
export async function copyTree(ctx: JobContext, from: string, to: string, label: string): Promise<void> {
  const script = 'chmod -R u+rwX -- "$2" 2>/dev/null; rm -rf -- "$2" && mkdir -p -- "$2" && cp -a -- "$1/." "$2/"'
  await ctx.exec(['sh', '-c', script, 'sh', from, to], { label })
}

interface Outcome {
  readonly failure?: string
  /** The first phase that failed. */
  readonly phase?: string
  /** What a RETRY's regular expression is held against. */
  readonly sentence: string
}

async function runOnce(ctx: JobContext, run: PhasesRun, attempt: number): Promise<Outcome> {
  const { spec, folder: cwd, environment: env, name, timeout, image } = run
  const results = join(ctx.workspace, '.penstock', `phases-${name}-${attempt}`)
  const places = { results, variables: await prepareVariables(ctx), expressions: run.expressions.places }
  const script = writeOwn(ctx, `buildspec-${name}`, buildScript(spec, places))
  const label = `buildspec (${spec.phases.map((phase) => phase.name).join(', ')})`
  const options = { cwd, env, label, check: false, ...defined({ timeout, image }) }
  const { exitCode, signal, timedOut } = await ctx.exec([spec.shell, script], options)
  if (timedOut) {
    const failure = `the build took longer than its project's timeoutInMinutes (${(timeout ?? 0) / 60_000}) and was ended`
    return { failure, sentence: `BUILD_TIMED_OUT: ${failure}` }
  }
  return judge(ctx, results, exitCode, signal)
}

function judge(ctx: JobContext, results: string, exitCode: number, signal: string | undefined): Outcome {
  const lines = existsSync(results) ? readInside(ctx, results).trim().split('\n') : []
  const failed = lines.map((line) => line.split(' ')).filter(([, code]) => code !== undefined && code !== '0')
  const [first] = failed
  if (first !== undefined) {
    const [phase = '', code = ''] = first
    const command = existsSync(`${results}.${phase}`) ? readInside(ctx, `${results}.${phase}`) : ''
    const sentence = `COMMAND_EXECUTION_ERROR: Error while executing command: ${command}. Reason: exit status ${code}`
    return { failure: failed.map(describe).join('; '), phase, sentence }
  }
  const failure =
    signal !== undefined
      ? `the build was ended by ${signal}${signal === 'SIGKILL' ? outOfMemory : ''}`
      : exitCode === 0
        ? undefined
        : `the build's shell failed with exit code ${exitCode}`
  return { sentence: failure ?? '', ...defined({ failure }) }
}

const outOfMemory = ', as the kernel does when memory runs out'

function describe([phase, code]: readonly string[]): string {
  const why = code === '137' ? ` (a command was ended by SIGKILL${outOfMemory})` : ''
  return `phase ${phase} failed with exit code ${code}${why}`
}
