import type { LocalJobs } from '../engine/local-jobs.js'
import type { DeployTarget as View } from '../engine/views.js'
import type { DeployTarget } from '../host/provider-context.js'
import type { JobClient } from '../worker/job-client.js'

/** A provider tells milliseconds, the API answers Dates. */
function asView(target: DeployTarget): View {
  const span = ({ startTime, endTime }: { readonly startTime?: number; readonly endTime?: number }) => ({
    ...(startTime === undefined ? {} : { startTime: new Date(startTime) }),
    ...(endTime === undefined ? {} : { endTime: new Date(endTime) }),
  })
  const { targetId, targetType, status, events } = target
  return {
    targetId,
    targetType,
    status,
    ...span(target),
    events: events.map((event) => ({
      name: event.name,
      status: event.status,
      ...span(event),
      ...(event.message === undefined ? {} : { context: { message: event.message } }),
    })),
  }
}

/** The queue for the worker in this process. */
export function localClient(jobs: LocalJobs, workerId: string): JobClient {
  return {
    claim: (id, keys, limit) => jobs.claim(id, keys, limit),
    recover: (id) => jobs.recover(id),
    heartbeat: (held) => jobs.heartbeat(workerId, held),
    progress: (jobId, fence, details) => jobs.progress(jobId, fence, details),
    targets: (jobId, fence, targets) => jobs.targets(jobId, fence, targets.map(asView)),
    checkpoint: (jobId, fence, token) => jobs.checkpoint(jobId, fence, token),
    succeed: (jobId, fence, success) => jobs.succeed(jobId, fence, success),
    fail: (jobId, fence, failure) => jobs.fail(jobId, fence, failure),
    onWork: (listener) => jobs.onWork(listener),
    onCancel: (listener) => jobs.onCancel(listener),
  }
}
