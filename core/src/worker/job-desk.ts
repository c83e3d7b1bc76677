import { defined } from '../domain/defined.js'
import { isFault } from '../domain/faults.js'
import type { ExecutionDetails, JobSuccess } from '../domain/job.js'
import type { ActionResult } from '../host/action-job.js'
import type { HeldRun } from './held.js'
import { clearAction, noteLeftover } from './leftovers.js'
import { asJobFailed } from './log-spool.js'
import type { Reaper } from './reaper.js'
import { keepReport, readReport } from './report-file.js'
import { untilAccepted } from './retry.js'
import { type JobReport, JobRun } from './run-job.js'
import type { StepRunner } from './step.js'
import type { WorkerParts } from './worker-parts.js'
import { type WorkFolder, workFolder } from './workspace.js'

/** Carries single jobs from claim to delivered result. */
export class JobDesk {
  readonly #delivering = new Map<HeldRun, Promise<void>>()
  /** By action execution: a job that comes again waits until what it left before is gone. */
  readonly #clearing = new Map<string, Promise<boolean>>()
  /**
   * By action execution: the job in hand. A function that reports a continuation token queues the next job (J7) while
   * its own is still here: both have the same folder and log, so one waits for the other.
   */
  readonly #inHand = new Map<string, Promise<void>>()

  constructor(
    readonly parts: WorkerParts,
    readonly steps: StepRunner,
    readonly reaper: Reaper,
    readonly stopped: AbortSignal,
  ) {}

  /**
   * Runs the job, unless its result is known already, and delivers. Resolves when the queue has the result; clearing up
   * goes on behind. A detached job never resolves.
   */
  async process(held: HeldRun, recovered: boolean): Promise<void> {
    const { actionExecutionId } = held.job.data
    const before = this.#inHand.get(actionExecutionId)?.catch(() => {})
    const mine = (before ?? Promise.resolve()).then(() => this.#carry(held, recovered))
    this.#inHand.set(actionExecutionId, mine)
    try {
      await mine
    } finally {
      if (this.#inHand.get(actionExecutionId) === mine) this.#inHand.delete(actionExecutionId)
    }
  }

  async #carry(held: HeldRun, recovered: boolean): Promise<void> {
    const { actionExecutionId } = held.job.data
    await this.#clearing.get(actionExecutionId)
    const folder = workFolder(this.parts.dataFolder, actionExecutionId)
    const report = readReport(folder, held.job.id) ?? (await this.#run(held, folder, recovered))
    const delivering = held.gone ? Promise.resolve() : this.#deliver(held, report)
    this.#delivering.set(held, delivering)
    try {
      await delivering
    } finally {
      this.#delivering.delete(held)
    }
    void this.clear(actionExecutionId)
  }

  /** Ends what an action left running, keeps its log, removes its folder. Never rejects. */
  clear(actionExecutionId: string): Promise<boolean> {
    const clearing = this.#clear(actionExecutionId).finally(() => this.#clearing.delete(actionExecutionId))
    this.#clearing.set(actionExecutionId, clearing)
    return clearing
  }

  /** Lets go of a job that still runs; false when its result is being delivered already. */
  detach(held: HeldRun): boolean {
    if (this.#delivering.has(held)) return false
    held.detach()
    return true
  }

  async delivered(held: HeldRun): Promise<void> {
    await this.#delivering.get(held)
  }

  /** Resolves when nothing is being cleared up any more. */
  async cleared(): Promise<void> {
    await Promise.all(this.#clearing.values())
  }

  async #run(held: HeldRun, folder: WorkFolder, recovered: boolean): Promise<JobReport> {
    try {
      const veto = recovered ? undefined : await this.#veto(held)
      if (veto !== undefined) return failed(`a plugin refused it: ${veto}`)
      return await this.#runProvider(held, folder)
    } catch (error) {
      const { message, type } = asJobFailed(error, 'the action could not be run')
      return { outcome: 'failed', failure: { type, message } }
    }
  }

  async #runProvider(held: HeldRun, folder: WorkFolder): Promise<JobReport> {
    const { job } = held
    const { client, providers } = this.parts
    const { category, owner, provider: name, version } = job.data.actionTypeId
    const provider = providers.find(job.data.actionTypeId)
    if (provider === undefined) {
      return failed(`no plugin provides ${category}/${owner}/${name}/${version}`, 'ConfigurationError')
    }
    const run = new JobRun({
      ...this.parts,
      artifacts: this.parts.artifactsOf(job),
      secrets: this.parts.secretsOf(job),
      provider,
      again: () => providers.find(job.data.actionTypeId),
      jobId: job.id,
      data: job.data,
      ...defined({ continuationToken: job.continuationToken }),
      steps: this.steps,
      signal: held.signal,
      checkpoint: (token) => this.#insist(held, 'checkpoint', () => client.checkpoint(job.id, job.fence, token)),
      progress: (details: ExecutionDetails) => client.progress(job.id, job.fence, details).catch(() => {}),
      targets: async (targets) => client.targets?.(job.id, job.fence, targets).catch(() => {}),
      testReport: async (report) => client.testReport?.(job.id, job.fence, report),
      jobApi: async () => this.parts.jobApi?.(job),
    })
    const report = await held.finish(run)
    // What may be done twice is done again, should we die before the queue has this: a file less for each source.
    if (provider.idempotent) return report
    try {
      keepReport(folder, job.id, report)
    } catch (error) {
      this.#say(held, `its result is not kept on disk: ${(error as Error).message}`)
    }
    return report
  }

  async #veto({ job }: HeldRun): Promise<string | undefined> {
    const { pipelineName, pipelineExecutionId, stageName, actionName, actionTypeId } = job.data
    const { provider } = actionTypeId
    return this.parts.beforeAction?.({ pipelineName, pipelineExecutionId, stageName, actionName, provider })
  }

  /** Until the queue has it, or says that it does not want it. */
  async #deliver(held: HeldRun, report: JobReport): Promise<void> {
    const { client } = this.parts
    const { id, fence } = held.job
    try {
      if (report.outcome === 'failed') await this.#insist(held, 'report', () => client.fail(id, fence, report.failure))
      else await this.#insist(held, 'report', () => client.succeed(id, fence, successOf(report.result)))
    } catch (error) {
      if (!isFault(error)) throw error
      if (report.outcome === 'failed' || isOver(error.code)) return this.#say(held, error.message)
      // The result itself was refused (too many output variables, say): that is the action's failure.
      return this.#deliver(held, failed(error.message))
    }
  }

  async #insist<T>(held: HeldRun, what: string, call: () => Promise<T>): Promise<T> {
    const { clock, log } = this.parts
    const { id, data } = held.job
    return untilAccepted(call, {
      clock,
      signal: this.stopped,
      onFailure: (error, pause) =>
        log.warn(
          `worker: ${what} of job ${id} (${data.pipelineName}/${data.actionName}) failed, again in ${pause} ms`,
          {
            error: (error as Error).message,
          },
        ),
    })
  }

  async #clear(id: string): Promise<boolean> {
    const { dataFolder, logs, log } = this.parts
    try {
      await clearAction(dataFolder, id, logs, this.reaper)
      return true
    } catch (error) {
      const { message } = error as Error
      log.warn(`worker: clearing up after action ${id} failed, the next start does it again: ${message}`)
      noteLeftover(dataFolder, id, message)
      return false
    }
  }

  #say({ job }: HeldRun, message: string): void {
    this.parts.log.warn(`worker: job ${job.id} (${job.data.pipelineName}/${job.data.actionName}): ${message}`)
  }
}

function successOf(result: ActionResult): JobSuccess {
  const { summary, externalExecutionId, externalExecutionUrl, outputVariables, revision } = result
  const details = {
    ...defined({ summary, externalExecutionId, externalExecutionUrl }),
  }
  return {
    ...(Object.keys(details).length > 0 ? { executionDetails: details } : {}),
    ...(outputVariables ? { outputVariables } : {}),
    ...(revision ? { currentRevision: revision } : {}),
  }
}

function failed(message: string, type: 'JobFailed' | 'ConfigurationError' = 'JobFailed'): JobReport {
  return { outcome: 'failed', failure: { type, message } }
}

/** The queue's way of saying that the job is not ours any more. */
function isOver(code: string): boolean {
  return ['InvalidJobStateException', 'JobNotFoundException', 'InvalidNonceException'].includes(code)
}
