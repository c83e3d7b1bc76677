import type { Job } from '../domain/job.js'
import { targetView } from '../engine/deploy-targets.js'
import type { LocalJobs } from '../engine/local-jobs.js'
import type { JobClient } from '../worker/job-client.js'

/** The queue for the worker in this process. */
export function localClient(jobs: LocalJobs, workerId: string): JobClient {
  const key = ({ id, fence }: Pick<Job, 'id' | 'fence'>) => `${id} ${fence}`
  let handed = new Set<string>()
  const hand = (given: readonly Job[]) => {
    for (const job of given) handed.add(key(job))
    return given
  }
  let isInDoubt = false
  /** What a claim took whose answer was cut off with the database's connection: it is ours, and nobody works on it. */
  const unheard = async (id: string) => {
    const mine = await jobs.recover(id)
    isInDoubt = false
    const found = mine.filter((job) => !handed.has(key(job)))
    handed = new Set(mine.map(key))
    return found
  }
  return {
    async claim(id, keys, limit) {
      const found = isInDoubt ? await unheard(id) : []
      if (found.length >= limit) return found
      isInDoubt = true
      const claimed = hand(await jobs.claim(id, keys, limit - found.length))
      isInDoubt = false
      return [...found, ...claimed]
    },
    async recover(id) {
      const found = await jobs.recover(id)
      handed = new Set(found.map(key))
      return found
    },
    heartbeat: (held) => jobs.heartbeat(workerId, held),
    progress: (jobId, fence, details) => jobs.progress(jobId, fence, details),
    targets: (jobId, fence, targets) => jobs.targets(jobId, fence, targets.map(targetView)),
    testReport: (jobId, fence, report) => jobs.testReport(jobId, fence, report),
    checkpoint: (jobId, fence, token) => jobs.checkpoint(jobId, fence, token),
    async succeed(jobId, fence, success) {
      await jobs.succeed(jobId, fence, success)
      handed.delete(key({ id: jobId, fence }))
    },
    async fail(jobId, fence, failure) {
      await jobs.fail(jobId, fence, failure)
      handed.delete(key({ id: jobId, fence }))
    },
    onWork: (listener) => jobs.onWork(listener),
    onCancel: (listener) => jobs.onCancel(listener),
  }
}
