import type { ActionJob, JobContext } from '@penstock/core'
import { inputVariables, type Sources } from '../source.js'

/** What CodeBuild's environment tells a build, as far as it is true here, and then what the build's owner says. */
export function codeBuildVariables(
  job: ActionJob<unknown>,
  ctx: JobContext,
  sources: Sources,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const declared = Object.fromEntries(job.environmentVariables.map(({ name, value }) => [name, value]))
  return {
    CODEBUILD_CI: 'true',
    CODEBUILD_BUILD_ID: `${job.actionName}:${job.actionExecutionId}`,
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_INITIATOR: `codepipeline/${job.pipelineName}`,
    CODEBUILD_START_TIME: String(ctx.clock.now()),
    CODEBUILD_SRC_DIR: sources.folder,
    ...(sources.revisionId === undefined
      ? {}
      : {
          CODEBUILD_RESOLVED_SOURCE_VERSION: sources.revisionId,
          CODEBUILD_SOURCE_VERSION: sources.revisionId,
        }),
    ...inputVariables('CODEBUILD_SRC_DIR_', sources, false),
    ...own,
    ...declared,
  }
}
