import type { Clock } from '../domain/clock.js'
import type { ExecutionDetails, JobData, JobFailure } from '../domain/job.js'
import type { EnvironmentVariable } from '../domain/pipeline.js'
import type { Revision, SourceRevisionOverride } from '../domain/revision.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { ActionResult } from '../host/action-job.js'
import type { ActionProvider } from '../host/action-provider.js'
import type { PropertyDeclarations } from '../host/action-type-declaration.js'
import type { JobApiAccess } from '../host/job-api-access.js'
import type { DeployTarget } from '../host/provider-context.js'
import type { RuleProvider } from '../host/rule-provider.js'
import { Trial } from './trial.js'

/**
 * What the action is run with; everything but `configuration` may be left out.
 * @example
 * const options: RunActionOptions = { configuration: { Name: 'World' }, outputs: ['Out'] }
 */
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
  /** Told of the targets of a deploy action, the whole list each time. */
  readonly onTargets?: (targets: readonly DeployTarget[]) => void
}

/**
 * What became of the action.
 * @example
 * const run: ActionRun = await runAction(dummyProvider({ log: 'hello' }))
 * await run.remove()
 */
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
  /** What was handed in as test reports, in order, masked. */
  readonly testReports: readonly TestReportInput[]
  /** Everything of this run, `outputs` too; `remove()` deletes it; else a later test process does. */
  readonly folder: string
  remove(): Promise<void>
}

/**
 * Runs a provider for real, in a folder of its own: real durable steps, real packing, the worker's own context.
 * Never rejects because of what the provider does: that is `failure`.
 * @example
 * const run = await runAction(dummyProvider({ log: 'hello' }), { inputs: { Source: '/srv/site' } })
 * console.log(run.outcome, run.log)
 */
export async function runAction<P extends PropertyDeclarations>(
  provider: ActionProvider<P> | RuleProvider<P>,
  options: RunActionOptions = {},
): Promise<ActionRun> {
  const trial = await Trial.make(provider, options)
  return trial.run()
}
