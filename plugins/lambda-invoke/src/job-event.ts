import type { ActionJob, JobApiAccess } from '@penstock/core'

export interface FunctionConfiguration {
  readonly FunctionName: string
  readonly UserParameters?: string
}

/** The event that CodePipeline hands to a function. */
export interface JobEvent {
  readonly 'CodePipeline.job': Readonly<Record<string, unknown>>
}

type Located = JobApiAccess['outputArtifacts'][number] & { readonly revision?: string }

/** Built exactly as CodePipeline does, so that a function cannot tell the difference. */
export function jobEvent(
  job: ActionJob<FunctionConfiguration>,
  access: JobApiAccess,
  continuationToken: string | undefined,
): JobEvent {
  const { FunctionName, UserParameters } = job.configuration
  const configuration = { FunctionName, ...(UserParameters === undefined ? {} : { UserParameters }) }
  return {
    'CodePipeline.job': {
      id: job.id,
      accountId: access.accountId,
      data: {
        actionConfiguration: { configuration },
        inputArtifacts: access.inputArtifacts.map(artifact),
        outputArtifacts: access.outputArtifacts.map(artifact),
        artifactCredentials: { ...access.credentials },
        ...(continuationToken === undefined ? {} : { continuationToken }),
      },
    },
  }
}

function artifact({ name, bucketName, objectKey, revision }: Located) {
  return { location: { s3Location: { bucketName, objectKey }, type: 'S3' }, revision: revision ?? null, name }
}
