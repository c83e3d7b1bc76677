/** Who works, on what, and what waits: for people, who want to know why nothing moves. */

/**
 * The queue as people look at it.
 * @example
 * const idle = async (queue: QueueService) => (await queue.overview()).inHand.length === 0
 */
export interface QueueService {
  overview(): Promise<QueueOverview>
}

/**
 * Workers, what they have in hand, and what waits.
 * @example
 * const stuck = ({ waiting }: QueueOverview) => waiting.filter(({ takenBy }) => takenBy === 'nobody')
 */
export interface QueueOverview {
  /** This server's own worker, workers elsewhere that it heard of lately, and whoever else has jobs in hand. */
  readonly workers: readonly WorkerPresence[]
  /** Oldest first, up to a thousand. */
  readonly inHand: readonly JobInHand[]
  /** By action type, those that nobody can take first. */
  readonly waiting: readonly WaitingJobs[]
}

/**
 * A worker that was heard of.
 * @example
 * const free = (worker: WorkerPresence) => (worker.capacity ?? 0) - worker.jobs
 */
export interface WorkerPresence {
  readonly id: string
  /** `server`: inside a server, this one or another on the database; `remote`: `penstock worker`. */
  readonly kind: 'server' | 'remote'
  /** It is the one in this process. */
  readonly here: boolean
  readonly jobs: number
  /** How many jobs it takes at a time; absent when it is not known here. */
  readonly capacity?: number
  /** Epoch milliseconds; absent when it speaks to another server. */
  readonly lastHeard?: number
}

/**
 * A job that a worker has.
 * @example
 * const title = (job: JobInHand) => `${job.pipelineName}/${job.actionName}`
 */
export interface JobInHand {
  readonly jobId: string
  /** `Build/Custom/Rake/1`. */
  readonly typeKey: string
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  /** Or the rule's name. */
  readonly actionName: string
  readonly actionExecutionId: string
  readonly kind: 'action' | 'rule'
  /** `Dispatched`: handed out by PollForJobs, and not acknowledged yet. */
  readonly status: 'Dispatched' | 'InProgress'
  /** Absent for a worker that polls through CodePipeline's own API, which tells no name. */
  readonly workerId?: string
  /** When it was queued, epoch milliseconds. */
  readonly created: number
}

/**
 * The jobs of one type that nobody has yet.
 * @example
 * const age = (jobs: WaitingJobs, now: number) => now - jobs.oldest
 */
export interface WaitingJobs {
  readonly typeKey: string
  readonly count: number
  /** When the oldest was queued, epoch milliseconds. */
  readonly oldest: number
  /**
   * Who may take them: `workers` that this server knows of; `pollers`, for a custom action type, whose workers are only
   * known when they poll; or `nobody`, when no worker known here has a provider for it.
   */
  readonly takenBy: 'workers' | 'pollers' | 'nobody'
}
