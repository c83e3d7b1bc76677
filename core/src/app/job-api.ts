/** How a function that speaks CodePipeline's own job API finds it, and how its provider learns what it reported. */

import type { ActionExecution } from '../domain/action.js'
import { type Clock, sleep } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { Job } from '../domain/job.js'
import type { Signal } from '../domain/signal.js'
import type { EngineReads } from '../engine/ports.js'
import type { JobApiAccess, ReportedResult } from '../host/job-api-access.js'
import type { AccessService, ServerIdentity } from '../host/services.js'
import { functionAccess } from '../worker/function-access.js'

export interface JobApiParts {
  readonly clock: Clock
  readonly identity: ServerIdentity
  readonly access: Pick<AccessService, 'jobCredentials'>
  readonly reads: Pick<EngineReads, 'job' | 'jobOfAction' | 'action' | 'rulesById'>
  readonly onSignal: (listener: (signal: Signal) => void) => () => void
  /** Whether the plugin that answers the API runs. */
  readonly available: () => boolean
}

/** How often the job is looked at when no signal comes, milliseconds. */
const lookEvery = 1_000

export function createJobApi(parts: JobApiParts): (job: Job) => Promise<JobApiAccess | undefined> {
  return async (job) => {
    if (!parts.available()) return undefined
    const { region, accountId, publicUrl } = parts.identity
    const credentials = await parts.access.jobCredentials(job.id)
    const access = { endpoint: publicUrl, region, accountId, credentials }
    return functionAccess(job, access, () => untilReported(parts, job))
  }
}

/** Resolves once the job ended by somebody's report; never, when it goes on or is gone. */
async function untilReported(parts: JobApiParts, job: Job): Promise<ReportedResult> {
  for (;;) {
    const now = await parts.reads.job(job.id)
    if (now?.status === 'Succeeded' || now?.status === 'Failed') return readReport(parts, job, now.status)
    if (!now || now.status === 'TimedOut') return new Promise(() => {})
    await signalOr(parts, lookEvery)
  }
}

/** What somebody reported of the job so far; `undefined` while it goes on, and when it is gone. */
export async function reportedNow(parts: Pick<JobApiParts, 'reads'>, job: Job): Promise<ReportedResult | undefined> {
  const now = await parts.reads.job(job.id)
  return now?.status === 'Succeeded' || now?.status === 'Failed' ? readReport(parts, job, now.status) : undefined
}

/** The action's run, or the rule's: what a report was written to. */
async function whatItWorksFor(
  { reads }: Pick<JobApiParts, 'reads'>,
  job: Job,
): Promise<Partial<ActionExecution> | undefined> {
  const { actionExecutionId } = job.data
  if (job.kind === 'action') return reads.action(actionExecutionId)
  const [rule] = await reads.rulesById([actionExecutionId])
  if (!rule) return undefined
  const { summary, externalExecutionId, error } = rule
  return {
    ...defined({ summary, externalExecutionId }),
    ...(error ? { error } : {}),
  }
}

async function readReport(
  parts: Pick<JobApiParts, 'reads'>,
  job: Job,
  status: 'Succeeded' | 'Failed',
): Promise<ReportedResult> {
  const { actionExecutionId } = job.data
  const [action, next] = await Promise.all([whatItWorksFor(parts, job), parts.reads.jobOfAction(actionExecutionId)])
  const { summary, externalExecutionId, outputVariables, percentComplete } = action ?? {}
  if (status === 'Failed') {
    const { code, message } = action?.error ?? { code: 'JobFailed', message: 'the function reported a failure' }
    return {
      outcome: 'failure',
      type: code,
      message,
      ...defined({ externalExecutionId }),
    }
  }
  const token = next && next.id !== job.id ? next.continuationToken : undefined
  return {
    outcome: 'success',
    ...defined({ continuationToken: token, percentComplete, summary, externalExecutionId, outputVariables }),
  }
}

async function signalOr({ clock, onSignal }: JobApiParts, ms: number): Promise<void> {
  const woken = new AbortController()
  const unsubscribe = onSignal(() => woken.abort())
  await sleep(clock, ms, woken.signal).catch(() => {})
  unsubscribe()
}
