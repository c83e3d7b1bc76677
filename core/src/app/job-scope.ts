import type { EngineReads } from '../engine/ports.js'
import type { JobScope } from '../http/access-service.js'

/** What a job's credentials open: its inputs to read, its outputs to write; nothing once the job has ended. */
export function jobScope(reads: Pick<EngineReads, 'job'>): JobScope {
  const name = ({
    location: { bucket, key },
  }: {
    readonly location: { readonly bucket: string; readonly key: string }
  }) => `${bucket}/${key}`
  return async (jobId) => {
    const job = await reads.job(jobId)
    if (!job || ['Succeeded', 'Failed', 'TimedOut'].includes(job.status)) return undefined
    return { readable: job.data.inputArtifacts.map(name), writable: job.data.outputArtifacts.map(name) }
  }
}
