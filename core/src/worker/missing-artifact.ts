import type { Artifact } from '../domain/artifact.js'
import { JobFailed } from '../host/job-failed.js'

/** What a job fails with whose input artifact is not where its pipeline says that it is. */
export function missingArtifact({ name, location: { bucket, key } }: Artifact): JobFailed {
  const where = `is not in the artifact store (s3://${bucket}/${key})`
  const reason = 'it was deleted, or its action never put it out'
  return new JobFailed(`input artifact "${name}" ${where}: ${reason}`, 'RevisionUnavailable')
}
