import type { LocalJobs } from '../engine/local-jobs.js'
import type { JobClient } from '../worker/job-client.js'

/** The queue for the worker in this process. */
export function localClient(jobs: LocalJobs, workerId: string): JobClient {
  return {
    claim: (id, keys, limit) => jobs.claim(id, keys, limit),
    recover: (id) => jobs.recover(id),
    heartbeat: (held) => jobs.heartbeat(workerId, held),
    progress: (jobId, fence, details) => jobs.progress(jobId, fence, details),
    checkpoint: (jobId, fence, token) => jobs.checkpoint(jobId, fence, token),
    succeed: (jobId, fence, success) => jobs.succeed(jobId, fence, success),
    fail: (jobId, fence, failure) => jobs.fail(jobId, fence, failure),
    onWork: (listener) => jobs.onWork(listener),
    onCancel: (listener) => jobs.onCancel(listener),
  }
}
