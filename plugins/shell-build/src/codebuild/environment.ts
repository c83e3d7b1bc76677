import { type ActionJob, defined, type JobContext } from '@penstock/core'
import { inputVariables, type Sources } from '../source.js'
import type { BuildPlace } from './service.js'

/** Which build of which project it is. */
export interface BuildIdentity {
  readonly projectName: string
  /** `PROJECT:uuid`. */
  readonly id: string
  /** Of the project's builds, from 1 on. */
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly startTime: number
  readonly image?: string
  readonly encryptionKey?: string
  /** In a batch: the build's identifier. */
  readonly batchIdentifier?: string
}

/**
 * What the CodeBuild guide lists under "Environment variables in build environments", as far as it is true of a build in a
 * pipeline here. Absent are those that webhooks of CodeBuild's own and public builds have.
 */
export function buildVariables(
  job: ActionJob<unknown>,
  sources: Sources,
  build: BuildIdentity,
  { region, accountId, publicUrl }: BuildPlace,
): Record<string, string> {
  const arn = (what: string) => `arn:aws:codebuild:${region}:${accountId}:${what}`
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    CODEBUILD_BUILD_ARN: arn(`build/${build.id}`),
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_NUMBER: String(build.number),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_BUILD_URL: logUrl(publicUrl, job),
    CODEBUILD_CI: 'true',
    CODEBUILD_INITIATOR: `codepipeline/${job.pipelineName}`,
    CODEBUILD_LOG_PATH: build.id.slice(build.id.indexOf(':') + 1),
    CODEBUILD_PROJECT_ARN: arn(`project/${build.projectName}`),
    CODEBUILD_SOURCE_REPO_URL: '',
    CODEBUILD_SRC_DIR: sources.folder,
    CODEBUILD_START_TIME: String(build.startTime),
    ...inputVariables('CODEBUILD_SRC_DIR_', sources, false),
    ...defined({
      CODEBUILD_BATCH_BUILD_IDENTIFIER: build.batchIdentifier,
      CODEBUILD_BUILD_IMAGE: build.image,
      CODEBUILD_KMS_KEY_ID: build.encryptionKey,
      CODEBUILD_RESOLVED_SOURCE_VERSION: sources.revisionId,
      CODEBUILD_SOURCE_VERSION: sources.revisionId,
    }),
  }
}

/** What Compute/AWS/Commands tells its commands, which belong to no project. */
export function commandVariables(job: ActionJob<unknown>, ctx: JobContext, sources: Sources): Record<string, string> {
  return {
    CODEBUILD_CI: 'true',
    CODEBUILD_BUILD_ID: `${job.actionName}:${job.actionExecutionId}`,
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_INITIATOR: `codepipeline/${job.pipelineName}`,
    CODEBUILD_START_TIME: String(ctx.clock.now()),
    CODEBUILD_SRC_DIR: sources.folder,
    ...inputVariables('CODEBUILD_SRC_DIR_', sources, false),
    ...defined({
      CODEBUILD_RESOLVED_SOURCE_VERSION: sources.revisionId,
      CODEBUILD_SOURCE_VERSION: sources.revisionId,
    }),
    ...Object.fromEntries(job.environmentVariables.map(({ name, value }) => [name, value])),
  }
}

/** Where people read the build's log. */
export function logUrl(publicUrl: string, job: ActionJob<unknown>): string {
  return `${publicUrl}/pipelines/${encodeURIComponent(job.pipelineName)}/actions/${job.actionExecutionId}/log`
}
