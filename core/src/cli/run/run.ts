import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '../../app/config.js'
import { prepareLocalRun } from '../../app/local-run.js'
import { readPipelineText } from '../../app/pipeline-text.js'
import { pluginProblems } from '../../app/plugin-problems.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import { validatePipeline } from '../../domain/validation/structure.js'
import { askElsewhere, lookup } from '../../engine/define-pipeline.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed, UsageError } from '../output.js'
import { canAsk } from '../terminal/ask.js'
import { variablesOf } from '../verbs/start.js'
import { configOf } from '../where.js'
import { makePlan } from './plan.js'
import { runToEnd } from './run-to-end.js'
import { showPlan } from './show-plan.js'
import { workingCopy } from './working-copy.js'

export interface RunOptions extends WhereOptions {
  readonly source?: readonly string[]
  readonly stage?: readonly string[]
  readonly variable?: readonly string[]
  readonly deploy?: boolean
  readonly approve?: boolean
  readonly dryRun?: boolean
  readonly keep?: string
}

/**
 * `penstock run FILE`: one execution of a pipeline file in this process, in a data folder of its own that is gone afterwards.
 * Plugins, their configuration and named secrets are the installation's. The result is the exit status.
 */
export async function run(file: string, options: RunOptions): Promise<void> {
  const text = readPipelineText(file)
  const plan = makePlan(text.pipeline, {
    stages: options.stage ?? [],
    deploy: options.deploy ?? false,
    sources: sourcesOf(options.source ?? [], text.pipeline),
    variables: variablesOf(options.variable),
  })
  process.stdout.write(`${showPlan(plan, options.approve ?? false).join('\n')}\n`)
  if (plan.pipeline.stages.length < 2)
    throw new UsageError('no stage is left to run after the source: name some with --stage, or give --deploy')
  checkApprovals(plan.pipeline, options)
  const folder = dataFolder(options.keep)
  try {
    await inFolder(configFor(options, folder), plan.pipeline, options)
  } finally {
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true })
    else process.stdout.write(`Logs and artifacts are in ${folder}\n`)
  }
}

async function inFolder(config: Config, pipeline: PipelineDeclaration, options: RunOptions): Promise<void> {
  const local = await prepareLocalRun({ config, source: workingCopy })
  try {
    const { host, engine } = local.parts
    const problems = validatePipeline(pipeline, lookup(engine, await askElsewhere(engine, pipeline)))
    if (problems.length > 0) {
      const said = [
        ...pluginProblems(host),
        ...problems.map(({ path, message }) => `${path || 'pipeline'}: ${message}`),
      ]
      throw new CommandFailed(`what is to run is no valid pipeline:\n  ${said.join('\n  ')}`)
    }
    if (!options.dryRun) await runToEnd(local, pipeline, { approve: options.approve ?? false })
  } finally {
    await local.stop()
  }
}

/** The installation's plugins and settings; SQLite and artifacts in the run's own folder; no page, no pipelines of files. */
function configFor(options: RunOptions, dataDir: string): Config {
  const { masterKeyFile: _, ...config } = configOf(options)
  return {
    ...config,
    server: { ...config.server, host: '127.0.0.1', port: 0 },
    dataDir,
    installation: config.dataDir,
    database: {},
    artifacts: { store: 'folder' },
    worker: { enabled: true, concurrency: config.worker.concurrency, leaseSeconds: config.worker.leaseSeconds },
    log: { level: 'silent' },
    plugins: { ...config.plugins, 'status-page': false },
  }
}

/** Errors: UsageError. */
function dataFolder(keep: string | undefined): string {
  if (keep === undefined) return mkdtempSync(join(tmpdir(), 'penstock-run-'))
  const folder = resolve(keep)
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new UsageError(`--keep is ${folder}, which is not empty: name a new folder`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** `NAME=DIR`, or `DIR` for the only source. Errors: UsageError. */
function sourcesOf(given: readonly string[], { stages }: PipelineDeclaration): Map<string, string> {
  const names = (stages[0]?.actions ?? []).map((action) => action.name)
  return new Map(
    given.map((text) => {
      const at = text.indexOf('=')
      const [only] = names
      if (at < 1 && names.length > 1)
        throw new UsageError(`--source is '${text}', but must be NAME=DIR: the sources are ${names.join(', ')}`)
      const [name, folder] = at < 1 ? [only ?? '', text] : [text.slice(0, at), text.slice(at + 1)]
      return [name, existingFolder(folder)]
    }),
  )
}

function existingFolder(given: string): string {
  const folder = resolve(given)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new UsageError(`--source is ${folder}, which is no folder`)
}

/** Better said before the build than after it. Errors: UsageError. */
function checkApprovals({ stages }: PipelineDeclaration, { approve, dryRun }: RunOptions): void {
  if (approve || dryRun || canAsk()) return
  const asks = stages.flatMap(({ name, actions }) =>
    actions.filter((action) => action.actionTypeId.category === 'Approval').map((action) => `${name}/${action.name}`),
  )
  if (asks.length > 0)
    throw new UsageError(
      `${asks.join(', ')} asks for an approval, and nobody can be asked here: give --approve, or name stages with --stage`,
    )
}
