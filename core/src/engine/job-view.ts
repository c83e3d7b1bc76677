import { defined } from '../domain/defined.js'
import type { Job } from '../domain/job.js'
import { unguard } from '../domain/secret-reference.js'
import type { Engine } from './engine.js'
import { pipelineArn } from './names.js'
import type * as V from './views.js'

/** Fifteen minutes of access to one job's artifacts. */
export type CredentialsFor = (jobId: string) => Promise<V.SessionCredentials>

/** What a worker is handed: variables resolved, secrets in clear (J3), credentials for just its objects. */
export async function jobDataView(engine: Engine, job: Job, credentialsFor: CredentialsFor): Promise<V.JobData> {
  const { data } = job
  const thirdParty = job.clientId !== undefined
  const { accessKeyId, secretAccessKey, sessionToken } = await credentialsFor(job.id)
  return {
    actionTypeId: data.actionTypeId,
    actionConfiguration: { configuration: asText(data.configuration) },
    pipelineContext: {
      pipelineName: data.pipelineName,
      stage: { name: data.stageName },
      action: { name: data.actionName, actionExecutionId: data.actionExecutionId },
      ...(thirdParty
        ? {} // partners are not told (J13)
        : { pipelineArn: pipelineArn(engine, data.pipelineName), pipelineExecutionId: data.pipelineExecutionId }),
    },
    inputArtifacts: data.inputArtifacts.map(jobArtifact),
    outputArtifacts: data.outputArtifacts.map(jobArtifact),
    artifactCredentials: { accessKeyId, secretAccessKey, sessionToken },
    ...defined({ continuationToken: job.continuationToken }),
    ...(data.encryptionKey ? { encryptionKey: data.encryptionKey } : {}),
  }
}

function jobArtifact({ name, location, revisionId }: Job['data']['inputArtifacts'][number]): V.JobArtifact {
  return {
    name,
    ...defined({ revision: revisionId }),
    location: { type: 'S3', s3Location: { bucketName: location.bucket, objectKey: location.key } },
  }
}

/** A worker of somebody else's puts in no secrets: what was guarded from that is handed out as it was. */
function asText(configuration: Job['data']['configuration']): Record<string, string> {
  return Object.fromEntries(Object.entries(configuration).map(([name, text]) => [name, unguard(text)]))
}
