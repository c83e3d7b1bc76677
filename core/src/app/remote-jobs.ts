/** The queue for workers on other machines: held by name, lease and fence as by the worker in this process. */

import { actionTypeKey } from '../domain/action-type.js'
import type { Clock } from '../domain/clock.js'
import { Fault } from '../domain/faults.js'
import type { ExecutionDetails, Job, JobFailure, JobSuccess } from '../domain/job.js'
import { isSecretReference } from '../domain/secret-reference.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { Engine } from '../engine/engine.js'
import { LocalJobs } from '../engine/local-jobs.js'
import { declaredId } from '../host/declaration.js'
import type { Hooks } from '../host/hooks.js'
import type { ReportedResult } from '../host/job-api-access.js'
import type { DeployTarget } from '../host/provider-context.js'
import { ProviderRegistry } from '../host/registry.js'
import type {
  AccessService,
  LongPoll,
  ServerIdentity,
  WorkerCaller,
  WorkerClaim,
  WorkerJob,
  WorkerJobAccess,
  WorkerJobState,
  WorkerService,
} from '../host/services.js'
import type { StateDoor } from '../host/state/state-door.js'
import { StoredState } from '../host/state/stored-state.js'
import { Access } from '../http/access-service.js'
import { Arns } from '../operations/arns.js'
import { reportedNow } from './job-api.js'
import { localClient } from './local-client.js'
import { type Awaited, longPoll } from './long-poll.js'
import type { ReceivedLogs } from './remote-logs.js'
import { namesSecret } from './secret-names.js'
import { ServerSecrets } from './server-secrets.js'
import { inject, injectable, tokens } from './services.js'
import { Catalogue } from './type-catalogue.js'

/** A worker elsewhere, as its last words tell of it. */
export interface HeardWorker {
  readonly id: string
  readonly typeKeys: readonly string[]
  /** Jobs at a time. */
  readonly capacity: number
  readonly lastHeard: number
}

/** How long a worker that fell silent is told of, milliseconds: a claim waits for less than a minute. */
const remembered = 5 * 60_000

const now: LongPoll = { milliseconds: 0, signal: new AbortController().signal }

/** What the engine calls such a worker: names belong to their principal. */
export function remoteWorkerId({ by, workerName }: WorkerCaller): string {
  return `${by.name}/${workerName}`
}

@injectable()
export class RemoteJobs implements WorkerService {
  /** By worker: its claim that waits now. A newer one means that the older one's connection is gone. */
  readonly #claiming = new Map<string, AbortController>()
  readonly #waiting = new Set<AbortController>()
  readonly #heard = new Map<string, HeardWorker>()
  #closed = false

  constructor(
    @inject(tokens.clock) private readonly clock: Clock,
    @inject(LocalJobs) private readonly jobs: LocalJobs,
    @inject(tokens.engine) private readonly engine: Pick<Engine, 'store'>,
    @inject(tokens.identity) private readonly identity: Pick<ServerIdentity, 'region' | 'accountId'>,
    @inject(Access) private readonly accessService: Pick<AccessService, 'jobCredentials' | 'allows'>,
    @inject(tokens.receivedLogs) private readonly logs: ReceivedLogs,
    @inject(ServerSecrets) private readonly secrets: ServerSecrets,
    @inject(Catalogue) private readonly catalogue: Pick<Catalogue, 'facts'>,
    @inject(tokens.hooks) private readonly hooks: Pick<Hooks, 'beforeAction'>,
    @inject(ProviderRegistry) private readonly registry: Pick<ProviderRegistry, 'actions'>,
    @inject(StoredState) private readonly kept: Pick<StoredState, 'doorOf'>,
  ) {}

  async claim(caller: WorkerCaller, claim: WorkerClaim, wait = now): Promise<readonly Job[]> {
    const worker = remoteWorkerId(caller)
    this.#claiming.get(worker)?.abort()
    this.#note(worker, { typeKeys: claim.typeKeys, capacity: claim.limit + claim.held.length })
    return this.#during(wait, async (poll, control) => {
      this.#claiming.set(worker, control)
      const look = async () => (poll.signal.aborted ? [] : this.#take(worker, claim))
      try {
        return await this.#poll(['jobs'], poll, look, (jobs) => jobs.length > 0)
      } finally {
        if (this.#claiming.get(worker) === control) this.#claiming.delete(worker)
      }
    })
  }

  async recover(caller: WorkerCaller): Promise<readonly Job[]> {
    return this.jobs.recover(remoteWorkerId(caller))
  }

  async heartbeat(caller: WorkerCaller, held: readonly WorkerJob[], wait = now): Promise<readonly WorkerJobState[]> {
    this.#note(remoteWorkerId(caller), {})
    const look = () => this.jobs.heartbeat(remoteWorkerId(caller), held)
    const ends = (states: readonly WorkerJobState[]) => states.some(({ cancel, gone }) => cancel || gone)
    return this.#during(wait, (poll) => this.#poll(['cancels'], poll, look, ends))
  }

  async progress(caller: WorkerCaller, job: WorkerJob, details: ExecutionDetails): Promise<void> {
    await this.#owned(caller, job)
    await this.jobs.progress(job.jobId, job.fence, details)
  }

  async targets(caller: WorkerCaller, job: WorkerJob, targets: readonly DeployTarget[]): Promise<void> {
    await this.#owned(caller, job)
    await localClient(this.jobs, remoteWorkerId(caller)).targets?.(job.jobId, job.fence, targets)
  }

  async testReport(caller: WorkerCaller, job: WorkerJob, report: TestReportInput): Promise<void> {
    await this.#owned(caller, job)
    await this.jobs.testReport(job.jobId, job.fence, report)
  }

  async checkpoint(caller: WorkerCaller, job: WorkerJob, token: string | undefined): Promise<void> {
    await this.#owned(caller, job)
    await this.jobs.checkpoint(job.jobId, job.fence, token)
  }

  async succeed(caller: WorkerCaller, job: WorkerJob, success: JobSuccess): Promise<void> {
    await this.#owned(caller, job)
    await this.jobs.succeed(job.jobId, job.fence, success)
  }

  async fail(caller: WorkerCaller, job: WorkerJob, failure: JobFailure): Promise<void> {
    await this.#owned(caller, job)
    await this.jobs.fail(job.jobId, job.fence, failure)
  }

  async secret(caller: WorkerCaller, job: WorkerJob, name: string): Promise<string | undefined> {
    const known = await this.#owned(caller, job)
    if (!namesSecret(known.data, name)) return undefined
    const value = await this.secrets.at(known.data)(name)
    if (value !== undefined) await this.logs.mask(known, value, this.#secretsOf(known))
    return value
  }

  async access(caller: WorkerCaller, job: WorkerJob): Promise<WorkerJobAccess> {
    await this.#owned(caller, job)
    const { region, accountId } = this.identity
    return { region, accountId, ...(await this.accessService.jobCredentials(job.jobId)) }
  }

  async report(caller: WorkerCaller, job: WorkerJob, wait = now): Promise<ReportedResult | undefined> {
    const known = await this.#owned(caller, job)
    const look = () => reportedNow({ reads: this.engine.store.read }, known)
    return this.#during(wait, (poll) => this.#poll('all', poll, look, (report) => report !== undefined))
  }

  async appendLog(caller: WorkerCaller, job: WorkerJob, offset: number, bytes: Buffer): Promise<number> {
    const known = await this.#owned(caller, job)
    return this.logs.append(known, offset, bytes, this.#secretsOf(known))
  }

  async finishLog(caller: WorkerCaller, job: WorkerJob, size: number): Promise<number> {
    return this.logs.finish(await this.#owned(caller, job), size)
  }

  async state({ by }: WorkerCaller, plugin: string): Promise<StateDoor> {
    const arns = new Arns(this.identity)
    const mayClaim = this.registry.actions().some(({ plugin: whose, provider }) => {
      const arn = arns.actionTypeKey(actionTypeKey(declaredId(provider)))
      return whose === plugin && this.accessService.allows(by, 'penstock:ClaimJobs', arn)
    })
    if (mayClaim) return this.kept.doorOf(plugin)
    throw new Fault(
      'AccessDeniedException',
      `${by.arn} may claim no job of the plugin '${plugin}' at this server, so it may not reach what the plugin keeps`,
    )
  }

  whenJobs<T>(look: () => Promise<T>, found: (answer: T) => boolean, wait: LongPoll): Promise<T> {
    return this.#during(wait, (poll) => this.#poll(['jobs'], poll, look, found))
  }

  /** Workers that spoke to this server lately, by id. */
  heard(): readonly HeardWorker[] {
    const since = this.clock.now() - remembered
    for (const [id, { lastHeard }] of this.#heard) if (lastHeard < since) this.#heard.delete(id)
    return [...this.#heard.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  #note(id: string, said: Partial<Pick<HeardWorker, 'typeKeys' | 'capacity'>>): void {
    const before = this.#heard.get(id) ?? { typeKeys: [], capacity: 0 }
    this.#heard.set(id, { ...before, ...said, id, lastHeard: this.clock.now() })
  }

  /** The server stops: whoever waits is answered at once. */
  close(): void {
    this.#closed = true
    for (const control of this.#waiting) control.abort()
  }

  async #take(worker: string, { typeKeys, limit, held }: WorkerClaim): Promise<readonly Job[]> {
    const mine = await this.engine.store.read.jobsOfWorker(worker)
    const again = mine.filter(({ id }) => !held.includes(id))
    const room = limit - again.length
    const fresh = room > 0 && typeKeys.length > 0 ? await this.jobs.claim(worker, typeKeys, room) : []
    const allowed: Job[] = []
    for (const job of fresh) if (await this.#mayRun(job)) allowed.push(job)
    return [...again, ...allowed]
  }

  /** This server's plugins are asked, not those of the worker's machine alone. */
  async #mayRun(job: Job): Promise<boolean> {
    const { pipelineName, pipelineExecutionId, stageName, actionName, actionTypeId } = job.data
    const { provider } = actionTypeId
    const veto = await this.hooks.beforeAction.promise({
      pipelineName,
      pipelineExecutionId,
      stageName,
      actionName,
      provider,
    })
    if (veto === undefined) return true
    await this.jobs.fail(job.id, job.fence, { type: 'JobFailed', message: `a plugin refused it: ${veto}` })
    return false
  }

  /** Errors: JobNotFoundException, InvalidJobStateException. */
  async #owned(caller: WorkerCaller, { jobId, fence }: WorkerJob): Promise<Job> {
    const job = await this.engine.store.read.job(jobId)
    if (!job)
      throw new Fault('JobNotFoundException', `The job '${jobId}' was not found: its pipeline may have been deleted`)
    if (job.fence === fence && job.workerId === remoteWorkerId(caller)) return job
    throw new Fault(
      'InvalidJobStateException',
      `The job ${jobId} is not held by ${remoteWorkerId(caller)} with fence ${fence}`,
    )
  }

  #secretsOf({ data }: Job): readonly string[] {
    const { secretProperties = [] } = this.catalogue.facts(data.actionTypeId) ?? {}
    return secretProperties.flatMap((name) => {
      const value = data.configuration[name]
      return value === undefined || isSecretReference(value) ? [] : [value]
    })
  }

  #poll<T>(awaited: Awaited, wait: LongPoll, look: () => Promise<T>, found: (answer: T) => boolean) {
    return longPoll({ clock: this.clock, onSignal: this.engine.store.onSignal }, awaited, wait, look, found)
  }

  /** Waiting ends with the caller's connection, or the server. */
  async #during<T>(wait: LongPoll, work: (poll: LongPoll, control: AbortController) => Promise<T>): Promise<T> {
    const control = new AbortController()
    const end = () => control.abort()
    wait.signal.addEventListener('abort', end, { once: true })
    if (wait.signal.aborted) end()
    this.#waiting.add(control)
    try {
      const milliseconds = this.#closed ? 0 : wait.milliseconds
      return await work({ milliseconds, signal: control.signal }, control)
    } finally {
      end()
      this.#waiting.delete(control)
      wait.signal.removeEventListener('abort', end)
    }
  }
}
