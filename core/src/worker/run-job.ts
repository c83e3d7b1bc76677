import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isNativeError } from 'node:util/types'
import { checkedRevision } from '../domain/checked-revision.js'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { ExecutionDetails, JobData, JobFailure } from '../domain/job.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { ActionJob, ActionResult } from '../host/action-job.js'
import type { ActionProvider } from '../host/action-provider.js'
import type { ConfigurationOf, PropertyDeclarations } from '../host/action-type-declaration.js'
import { isPluginProcessEnded, type PluginProcessEnded } from '../host/isolated/process-ended.js'
import type { JobApiAccess } from '../host/job-api-access.js'
import { isJobFailed, JobFailed } from '../host/job-failed.js'
import type { DeployTarget, JobContext } from '../host/provider-context.js'
import { inSourceLines } from '../host/source-lines.js'
import type { ArtifactAccess } from './artifact-access.js'
import { parseConfiguration, type SecretLookup } from './configuration.js'
import { resolveVariables } from './environment.js'
import { WorkerJobContext } from './job-context.js'
import { keepProgress, lastProgress } from './last-progress.js'
import type { ActionLogs } from './log-service.js'
import { asJobFailed, isDiskFull, type LogSpool } from './log-spool.js'
import { removeFolder } from './remove-folder.js'
import type { StepIsolation } from './sandbox/isolation.js'
import { wishOf } from './sandbox/wish.js'
import type { WorkerIsolation } from './sandbox/worker-isolation.js'
import { SecretFiles } from './secret-files.js'
import type { StepRunner } from './step.js'
import { type WorkFolder, workFolder } from './workspace.js'

/** What can be run: an action's provider or a rule's. */
export interface Runnable {
  readonly configuration: PropertyDeclarations
  readonly validate?: ActionProvider['validate']
  readonly idempotent?: boolean
  readonly instead?: string
  run(job: ActionJob<never>, ctx: JobContext): Promise<ActionResult | undefined | void>
}

/** Everything that one run of one job needs. */
export interface JobRunParts {
  readonly provider: Runnable
  readonly jobId: string
  readonly data: JobData
  /** The checkpoint's JSON, when the job goes on from one. */
  readonly continuationToken?: string
  readonly dataFolder: string
  readonly logs: ActionLogs
  readonly steps: StepRunner
  readonly artifacts: ArtifactAccess
  /** What steps run in; without it they run as they are. */
  readonly isolation?: WorkerIsolation
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly secrets: SecretLookup
  checkpoint(token: string | undefined): Promise<void>
  progress(details: ExecutionDetails): Promise<void>
  /** A deploy action's targets, each time the whole list. */
  targets?(targets: readonly DeployTarget[]): Promise<void>
  /** What tests said: one report, under its name. */
  testReport?(report: TestReportInput): Promise<void>
  jobApi(): Promise<JobApiAccess | undefined>
  /** The provider as it is now: for going on when the plugin's process ended and another took its place. */
  again?(): Runnable | undefined
}

/** How a run ended. Secrets are masked in what is text for people. */
export type JobReport =
  | { readonly outcome: 'succeeded'; readonly result: ActionResult }
  | { readonly outcome: 'failed'; readonly failure: JobFailure }

/** How often an idempotent action whose step was lost is begun at all, before that is its failure. */
const BEGINNINGS = 3
/** In how many processes of its plugin one job is begun, before their ends are its failure. */
const PROCESSES = 3
const LONGEST_MESSAGE = 5_000
const LONGEST_SUMMARY = 2_048

/** One job being run: configuration, context, provider, report. The same for a worker and for a provider's tests. */
export class JobRun {
  readonly folder: WorkFolder
  readonly #spool: LogSpool
  readonly #files: SecretFiles
  #context: WorkerJobContext | undefined
  #detached = false
  #provider: Runnable
  #processes = 0
  /** The last checkpoint's JSON. */
  #token: string | undefined

  constructor(readonly parts: JobRunParts) {
    this.#provider = parts.provider
    this.#token = parts.continuationToken
    this.folder = workFolder(parts.dataFolder, parts.data.actionExecutionId)
    this.#files = new SecretFiles(this.folder.secrets, parts.isolation?.user)
    this.#spool = parts.logs.open(parts.data.actionExecutionId)
  }

  /** Runs from the top (steps that ran or run are taken up) and answers how it ended. Never rejects. */
  async run(): Promise<JobReport> {
    try {
      return { outcome: 'succeeded', result: await this.#persist() }
    } catch (error) {
      return { outcome: 'failed', failure: this.#explain(error) }
    } finally {
      if (!this.#detached) {
        this.#files.remove()
        this.#spool.close()
      }
    }
  }

  /** Lets go of the job, which stays as it is for whoever recovers it. */
  detach(): void {
    this.#detached = true
    this.#context?.detach()
  }

  /** As detach, for good: nobody will recover it. */
  abandon(): void {
    this.detach()
    this.#spool.close()
  }

  /** Attempts until it is not the end of the plugin's process that ended the attempt. */
  async #persist(): Promise<ActionResult> {
    for (;;) {
      try {
        return await this.#attempt(this.#token)
      } catch (error) {
        if (!isPluginProcessEnded(error)) throw error
        await this.#outlive(error)
      }
    }
  }

  /** As after a restart of the server: steps that run are adopted, and nothing is said twice. Errors: enough is enough. */
  async #outlive(error: PluginProcessEnded): Promise<void> {
    if (this.#detached) await new Promise<never>(() => {}) // the process ended with the server: whoever recovers the job goes on
    this.#context?.detach()
    await this.#context?.settled()
    this.parts.signal.throwIfAborted()
    this.#processes++
    const next = this.#processes < PROCESSES ? this.parts.again?.() : undefined
    if (next === undefined) {
      const often = this.#processes > 1 ? `, ${this.#processes} times during this action` : ''
      throw new JobFailed(`${error.message}${often}`, 'SystemUnavailable')
    }
    this.#spool.line(`${error.message}; the action goes on in a new one (${this.#processes + 1} of ${PROCESSES})`)
    this.#spool.replay.rewind()
    this.#provider = next
  }

  async #attempt(token: string | undefined): Promise<ActionResult> {
    const job = await this.#prepare(token)
    const { data } = this.parts
    const provider = this.#provider
    const stepIsolation = this.#stepIsolation(job)
    const context = new WorkerJobContext({
      ...this.parts,
      ...(stepIsolation ? { stepIsolation } : {}),
      job,
      inputs: data.inputArtifacts,
      outputs: data.outputArtifacts,
      folder: this.folder,
      log: this.#spool,
      progress: async (details) => {
        keepProgress(this.folder, details)
        await this.parts.progress(details)
      },
      checkpoint: async (kept) => {
        await this.parts.checkpoint(kept)
        this.#token = kept
      },
    })
    this.#context = context
    if (this.#detached) context.detach()
    try {
      return this.#clean((await provider.run(job as ActionJob<never>, context)) ?? {})
    } catch (error) {
      if (context.lost === undefined || !provider.idempotent || !this.#mayBeginAgain()) throw error
      await this.#clear(context.lost)
    }
    this.#token = undefined
    return this.#attempt(undefined)
  }

  /** Errors: JobFailed ConfigurationError. */
  #stepIsolation({ configuration, pipelineName }: ActionJob<unknown>): StepIsolation | undefined {
    const values = configuration as Readonly<Record<string, unknown>>
    const { untrusted, pullRequest } = this.parts.data
    const mayKeep = untrusted !== true && pullRequest !== true
    const isolation = this.parts.isolation?.of(pipelineName, wishOf(this.#provider.configuration, values), mayKeep)
    // A source fetches, and runs nothing of what it fetches.
    const fetches = this.parts.data.actionTypeId.category === 'Source'
    if (untrusted !== true || fetches || isolation === undefined || isolation.level !== 'none') return isolation
    throw new JobFailed(
      'this is a pull request from a fork, and builds of this pipeline run without isolation: code of strangers runs in a sandbox or a container only',
      'ConfigurationError',
    )
  }

  async #prepare(token: string | undefined): Promise<ActionJob<unknown>> {
    const { jobId, data, secrets } = this.parts
    const provider = this.#provider
    if (provider.instead !== undefined)
      throw new JobFailed(`this action type does not run here: ${provider.instead}`, 'ConfigurationError')
    const parsed = await parseConfiguration(provider.configuration, data.configuration, secrets, this.#files)
    for (const secret of parsed.secrets) this.#spool.mask(secret)
    // A promise where the plugin has a process of its own.
    const problems = (await provider.validate?.(parsed.values as ConfigurationOf<PropertyDeclarations>)) ?? []
    if (problems.length > 0) throw new JobFailed(problems.join('; '), 'ConfigurationError')
    const { variables, secrets: more } = await resolveVariables(data.environmentVariables ?? [], secrets, this.#files)
    for (const secret of more) this.#spool.mask(secret)
    return {
      id: jobId,
      configuration: parsed.values,
      pipelineName: data.pipelineName,
      pipelineExecutionId: data.pipelineExecutionId,
      stageName: data.stageName,
      actionName: data.actionName,
      actionExecutionId: data.actionExecutionId,
      inputNames: data.inputArtifacts.map(({ name }) => name),
      outputs: data.outputArtifacts.map(({ name, files }) => ({ name, ...(files ? { files } : {}) })),
      ...(data.revision ? { revision: data.revision } : {}),
      ...(data.sourceOverride ? { sourceOverride: data.sourceOverride } : {}),
      ...(data.untrusted ? { untrusted: true } : {}),
      commands: data.commands ?? [],
      environmentVariables: variables,
      ...(data.outputVariableNames ? { outputVariableNames: data.outputVariableNames } : {}),
      ...defined({ progress: lastProgress(this.folder) }),
      ...(token === undefined ? {} : { checkpoint: readToken(token), continuationToken: token }),
    }
  }

  #clean(result: ActionResult): ActionResult {
    const { summary, revision } = result
    if (revision !== undefined) checkedRevision(revision, 'the provider')
    return summary === undefined ? result : { ...result, summary: this.#shown(summary, LONGEST_SUMMARY) }
  }

  #explain(thrown: unknown): JobFailure {
    const error = isDiskFull(thrown) ? asJobFailed(thrown, 'the action could not go on') : thrown
    const failure = isJobFailed(error)
      ? {
          type: error.type,
          message: this.#shown(error.message, LONGEST_MESSAGE),
          externalId: error.externalExecutionId,
        }
      : { type: 'JobFailed' as const, message: this.#shown(describe(error), LONGEST_MESSAGE), externalId: undefined }
    // Into the log as well, where people look first; and a defect of the provider's with its stack.
    const defect = !isJobFailed(error) && !this.parts.signal.aborted && isNativeError(error)
    try {
      this.#spool.line(defect ? inSourceLines(error.stack ?? failure.message) : failure.message)
    } catch {
      // The disk is full: the failure itself still is reported.
    }
    const { type, message, externalId } = failure
    return { type, message, ...defined({ externalExecutionId: externalId }) }
  }

  #shown(text: string, limit: number): string {
    const masked = this.#spool.masker.mask(text)
    return masked.length <= limit ? masked : `${masked.slice(0, limit - 1)}…`
  }

  #mayBeginAgain(): boolean {
    const counter = join(this.folder.root, 'beginnings')
    const begun = readCount(counter) + 1
    writeFileSync(counter, String(begun), { mode: 0o600 })
    return begun < BEGINNINGS && !this.parts.signal.aborted
  }

  async #clear(lost: string): Promise<void> {
    this.#spool.line(`${lost}; the action is begun again`)
    this.#spool.replay.forget()
    for (const path of [this.folder.files, this.folder.inputs, this.folder.steps, this.folder.scratch]) {
      await removeFolder(path)
    }
    if (this.#token !== undefined) await this.parts.checkpoint(undefined)
  }
}

/** A token of somebody else's making (a custom worker's) is handed on as text. */
function readToken(token: string): unknown {
  try {
    return JSON.parse(token) as unknown
  } catch {
    return token
  }
}

function describe(error: unknown): string {
  if (!isNativeError(error)) return `the provider threw ${String(error)}`
  return error.message === '' ? error.name : error.message
}

function readCount(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return 0
  }
}
