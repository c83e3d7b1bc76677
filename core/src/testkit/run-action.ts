import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionCategory } from '../domain/action-type.js'
import { type Clock, systemClock } from '../domain/clock.js'
import type { ExecutionDetails, JobData, JobFailure } from '../domain/job.js'
import type { EnvironmentVariable } from '../domain/pipeline.js'
import type { Revision, SourceRevisionOverride } from '../domain/revision.js'
import type {
  ActionProvider,
  ActionResult,
  JobApiAccess,
  PropertyDeclarations,
  RuleProvider,
} from '../host/action-provider.js'
import { Launcher } from '../worker/launcher.js'
import { ActionLogs } from '../worker/log-service.js'
import { JobRun, type Runnable } from '../worker/run-job.js'
import { StepRunner } from '../worker/step.js'
import { FolderArtifacts } from './folder-artifacts.js'

/** What the action is run with; everything but `configuration` may be left out. */
export interface RunActionOptions {
  /** As in a pipeline's definition: strings, which are checked, filled with defaults and made typed as a worker does it. */
  readonly configuration?: Readonly<Record<string, string>>
  /** Folders that stand for the input artifacts, by name. The action gets copies. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly outputs?: readonly (string | { readonly name: string; readonly files?: readonly string[] })[]
  /** What an earlier run of the same job kept. */
  readonly checkpoint?: unknown
  /** Instead of a checkpoint: the token of a worker or function of somebody else's making, as it is. */
  readonly continuationToken?: string
  readonly revision?: Revision
  readonly sourceOverride?: SourceRevisionOverride
  readonly commands?: readonly string[]
  readonly environmentVariables?: readonly EnvironmentVariable[]
  /** The declaration's `outputVariables`. */
  readonly outputVariableNames?: readonly string[]
  /** For `{{secret:NAME}}` and SECRETS_MANAGER variables. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Aborting it is a stop of the execution. */
  readonly signal?: AbortSignal
  /** For `ctx.clock`, `ctx.sleep` and all time limits. The machine's own when absent. */
  readonly clock?: Clock
  /** Milliseconds between TERM and KILL. 2,000 when absent. */
  readonly grace?: number
  readonly jobApi?: JobApiAccess | (() => Promise<JobApiAccess | undefined>)
  /** Takes the place of what is made up otherwise: the pipeline's name, ids and so on. */
  readonly job?: Partial<
    Pick<JobData, 'pipelineName' | 'pipelineExecutionId' | 'stageName' | 'actionName' | 'actionExecutionId'>
  >
  /** Told of each checkpoint and each progress as it comes. */
  readonly onCheckpoint?: (data: unknown) => void
  readonly onProgress?: (details: ExecutionDetails) => void
}

/** What became of the action. */
export interface ActionRun {
  readonly outcome: 'succeeded' | 'failed'
  /** Set when it succeeded; `{}` when the provider answered nothing. */
  readonly result?: ActionResult
  /** Set when it failed. */
  readonly failure?: JobFailure
  /** Masked, as it is served. */
  readonly log: string
  /** A folder for each output artifact that was put out, with exactly the files that were packed. */
  readonly outputs: Readonly<Record<string, string>>
  readonly checkpoints: readonly unknown[]
  readonly progress: readonly ExecutionDetails[]
  /** Everything of this run, `outputs` too; `remove()` deletes it; else a later test process does. */
  readonly folder: string
  remove(): Promise<void>
}

/**
 * Runs a provider for real, in a folder of its own: real durable steps, real packing, the worker's own context.
 * Never rejects because of what the provider does: that is `failure`.
 * @example
 * const run = await runAction(rakeBuild, { configuration: { Task: 'test' }, inputs: { Source: folder }, outputs: ['Site'] })
 * expect(run).toMatchObject({ outcome: 'succeeded' })
 */
export async function runAction<P extends PropertyDeclarations>(
  provider: ActionProvider<P> | RuleProvider<P>,
  options: RunActionOptions = {},
): Promise<ActionRun> {
  const folder = await makeFolder()
  const clock = options.clock ?? systemClock
  const launcher = new Launcher()
  const logs = new ActionLogs(join(folder, 'data'))
  const artifacts = new FolderArtifacts(options.inputs ?? {}, join(folder, 'outputs'))
  const data = jobData(provider, options)
  const checkpoints: unknown[] = []
  const progress: ExecutionDetails[] = []
  const run = new JobRun({
    provider: provider as unknown as Runnable,
    jobId: randomUUID(),
    data,
    ...tokenOf(options),
    dataFolder: logs.dataFolder,
    logs,
    steps: new StepRunner({ launcher, clock, grace: options.grace ?? 2_000 }),
    artifacts,
    clock,
    signal: options.signal ?? new AbortController().signal,
    secrets: async (name) => options.secrets?.[name],
    async checkpoint(token) {
      const kept = token === undefined ? undefined : (JSON.parse(token) as unknown)
      checkpoints.push(kept)
      options.onCheckpoint?.(kept)
    },
    async progress(details) {
      progress.push(details)
      options.onProgress?.(details)
    },
    jobApi: async () => (typeof options.jobApi === 'function' ? options.jobApi() : options.jobApi),
  })
  try {
    const report = await run.run()
    await logs.finish(data.actionExecutionId)
    const log = await readLog(logs, data.actionExecutionId)
    const remove = () => rm(folder, { recursive: true, force: true })
    return { ...report, log, outputs: artifacts.outputs, checkpoints, progress, folder, remove }
  } finally {
    launcher.close()
    await logs.close()
  }
}

function tokenOf({ checkpoint, continuationToken }: RunActionOptions): { readonly continuationToken?: string } {
  if (continuationToken !== undefined) return { continuationToken }
  return checkpoint === undefined ? {} : { continuationToken: JSON.stringify(checkpoint) }
}

const PREFIX = 'penstock-action-'
let isSwept = false

/** Folders bear their process's id, so that a later process can remove what an earlier one left (jest has no exit). */
async function makeFolder(): Promise<string> {
  if (!isSwept) {
    isSwept = true
    const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX))
    const left = names.filter((name) => !existsSync(`/proc/${name.slice(PREFIX.length).split('-')[0]}`))
    await Promise.all(left.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })))
  }
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
}

function jobData(
  provider: { readonly provider: string; readonly version?: string },
  options: RunActionOptions,
): JobData {
  const { category, owner } = provider as { category?: ActionCategory; owner?: 'AWS' | 'ThirdParty' | 'Custom' }
  const location = (name: string) => ({ bucket: 'codepipeline-local-0000000000', key: `test/${name}` })
  const inputNames = Object.keys(options.inputs ?? {})
  const outputs = (options.outputs ?? []).map((output) => (typeof output === 'string' ? { name: output } : output))
  return {
    actionTypeId: {
      category: category ?? 'Invoke',
      owner: owner ?? 'Custom',
      provider: provider.provider,
      version: provider.version ?? '1',
    },
    configuration: options.configuration ?? {},
    pipelineName: 'test-pipeline',
    pipelineVersion: 1,
    pipelineExecutionId: randomUUID(),
    stageName: 'TestStage',
    actionName: 'TestAction',
    actionExecutionId: randomUUID(),
    inputArtifacts: inputNames.map((name) => ({ name, location: location(name) })),
    outputArtifacts: outputs.map((output) => ({ ...output, location: location(output.name) })),
    ...(options.revision ? { revision: options.revision } : {}),
    ...(options.sourceOverride ? { sourceOverride: options.sourceOverride } : {}),
    ...(options.commands ? { commands: options.commands } : {}),
    ...(options.environmentVariables ? { environmentVariables: options.environmentVariables } : {}),
    ...(options.outputVariableNames ? { outputVariableNames: options.outputVariableNames } : {}),
    ...options.job,
  }
}

async function readLog(logs: ActionLogs, actionExecutionId: string): Promise<string> {
  let text = ''
  for (let from = 0, complete = false; !complete; ) {
    const chunk = await logs.read(actionExecutionId, from, 1024 * 1024)
    if (chunk === undefined) break
    text += chunk.text
    from = chunk.next
    complete = chunk.complete
  }
  return text
}
