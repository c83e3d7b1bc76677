import type { Clock } from '../domain/clock.js'
import type { BeforeActionEvent } from '../domain/hook-events.js'
import type { Job } from '../domain/job.js'
import type { JobApiAccess } from '../host/job-api-access.js'
import type { Logger } from '../host/plugin.js'
import type { ArtifactAccess } from './artifact-access.js'
import type { SecretLookup } from './configuration.js'
import type { JobClient } from './job-client.js'
import type { ActionLogs } from './log-service.js'
import type { ProviderLookup } from './provider-lookup.js'
import type { WorkerIsolation } from './sandbox/worker-isolation.js'
import type { SlotRules } from './slots.js'

/** What a worker is made of. */
export interface WorkerParts {
  readonly workerId: string
  readonly client: JobClient
  readonly providers: ProviderLookup
  readonly dataFolder: string
  readonly logs: ActionLogs
  readonly clock: Clock
  readonly log: Logger
  /** What steps run in; without it they run as they are. */
  readonly isolation?: WorkerIsolation
  /** Jobs at a time; twice the cores, at least four, when absent. */
  readonly concurrency?: number
  /** How many of them at most of one plugin or type. */
  readonly slots?: SlotRules
  /** Milliseconds between TERM and KILL; 10,000 when absent. */
  readonly grace?: number
  /** Milliseconds from an abort until a provider that does not end is given up; 30,000 when absent. */
  readonly patience?: number
  /** A reason why an action must not run (the beforeAction hook). */
  beforeAction?(event: BeforeActionEvent): Promise<string | undefined>
  /** A job's way to its artifacts, and to the secrets that its configuration names. */
  artifactsOf(job: Job): ArtifactAccess
  secretsOf(job: Job): SecretLookup
  jobApi?(job: Job): Promise<JobApiAccess | undefined>
}
