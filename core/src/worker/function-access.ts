import { defined } from '../domain/defined.js'
import type { Job } from '../domain/job.js'
import type { JobApiAccess } from '../host/job-api-access.js'
import type { WorkerJobAccess } from '../host/worker-service.js'

export interface FunctionAccess {
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly credentials: Pick<WorkerJobAccess, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>
}

/** What a function is given to speak of this job through CodePipeline's job API itself. */
export function functionAccess(
  { data }: Job,
  { endpoint, region, accountId, credentials }: FunctionAccess,
  reported: JobApiAccess['reported'],
): JobApiAccess {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const place = ({ name, location, revisionId }: Job['data']['inputArtifacts'][number]) => ({
    name,
    bucketName: location.bucket,
    objectKey: location.key,
    ...defined({ revision: revisionId }),
  })
  return {
    endpoint,
    region,
    accountId,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    inputArtifacts: data.inputArtifacts.map(place),
    outputArtifacts: data.outputArtifacts.map(place),
    reported,
  }
}
