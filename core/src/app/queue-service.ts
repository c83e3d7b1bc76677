import { actionTypeKey } from '../domain/action-type.js'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { Job } from '../domain/job.js'
import type { Engine } from '../engine/engine.js'
import type { JobInHand, QueueOverview, QueueService, WaitingJobs, WorkerPresence } from '../host/queue-service.js'
import { ProviderRegistry } from '../host/registry.js'
import { onlyTypes } from '../worker/action-type-filter.js'
import { providersOf } from '../worker/provider-lookup.js'
import type { Config } from './config.js'
import { type HeardWorker, RemoteJobs } from './remote-jobs.js'
import { inject, injectable, tokens } from './services.js'
import { Catalogue } from './type-catalogue.js'
import { workerId } from './worker-id.js'

/** Jobs in hand that are told of. */
const most = 1_000

/** The server's worker as the overview tells of it; `typeKeys` are those that it takes. */
interface OwnWorker {
  readonly id: string
  readonly capacity: number
  readonly typeKeys: readonly string[]
}

@injectable()
export class QueueOverviews implements QueueService {
  constructor(
    @inject(tokens.config) private readonly config: Config,
    @inject(tokens.clock) private readonly clock: Clock,
    @inject(tokens.engine) private readonly engine: Pick<Engine, 'store'>,
    @inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @inject(Catalogue) private readonly catalogue: Pick<Catalogue, 'customTypes'>,
    @inject(RemoteJobs) private readonly remoteJobs: Pick<RemoteJobs, 'heard'>,
  ) {}

  async overview(): Promise<QueueOverview> {
    const { read } = this.engine.store
    const [inHand, waiting] = await Promise.all([read.jobsInHand(most), read.jobsWaiting(this.clock.now())])
    const own = this.#ownWorker()
    const heard = this.remoteJobs.heard()
    const takenBy = this.takers()
    return {
      workers: workersOf(inHand, own, heard),
      inHand: inHand.map(jobInHand),
      waiting: waiting
        .map((one) => ({ ...one, takenBy: takenBy(one.typeKey) }))
        .sort((a, b) => Number(b.takenBy === 'nobody') - Number(a.takenBy === 'nobody') || a.oldest - b.oldest),
    }
  }

  /** Who may take jobs of a type, as it is now. */
  takers(): (typeKey: string) => WaitingJobs['takenBy'] {
    const custom = new Set(this.catalogue.customTypes())
    const taken = new Set([this.#ownWorker(), ...this.remoteJobs.heard()].flatMap((one) => one?.typeKeys ?? []))
    return (typeKey) => (taken.has(typeKey) ? 'workers' : custom.has(typeKey) ? 'pollers' : 'nobody')
  }

  #ownWorker(): OwnWorker | undefined {
    const { dataDir, worker } = this.config
    if (!worker.enabled) return undefined
    const typeKeys = onlyTypes(providersOf(this.registry), worker.actionTypes).keys()
    return { id: workerId(dataDir), capacity: worker.concurrency, typeKeys }
  }
}

function workersOf(
  inHand: readonly Job[],
  own: OwnWorker | undefined,
  heard: readonly HeardWorker[],
): WorkerPresence[] {
  const jobs = (id: string) => inHand.filter((job) => job.workerId === id).length
  const known = new Set([own?.id, ...heard.map(({ id }) => id)])
  const others = new Set(inHand.flatMap(({ workerId: id }) => (id === undefined || known.has(id) ? [] : [id])))
  return [
    ...(own ? [{ id: own.id, kind: 'server', here: true, jobs: jobs(own.id), capacity: own.capacity } as const] : []),
    ...heard.map(({ id, capacity, lastHeard }) => ({
      id,
      kind: 'remote' as const,
      here: false,
      jobs: jobs(id),
      capacity,
      lastHeard,
    })),
    // A remote worker's id is `principal/name`; a server's has no slash.
    ...[...others].map((id) => ({
      id,
      kind: id.includes('/') ? ('remote' as const) : ('server' as const),
      here: false,
      jobs: jobs(id),
    })),
  ]
}

function jobInHand({ id, kind, status, workerId: holder, created, data }: Job): JobInHand {
  const { pipelineName, pipelineExecutionId, stageName, actionName, actionExecutionId } = data
  return {
    jobId: id,
    typeKey: actionTypeKey(data.actionTypeId),
    pipelineName,
    pipelineExecutionId,
    stageName,
    actionName,
    actionExecutionId,
    kind,
    status: status === 'Dispatched' ? 'Dispatched' : 'InProgress',
    ...defined({ workerId: holder }),
    created,
  }
}
