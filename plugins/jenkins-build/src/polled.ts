import { type ActionProvider, defineAction, JobFailed, type PropertyDeclarations } from '@penstock/core'

/** What Jenkins' CodePipeline plugin polls by: the project, which must be given. */
const polledProperties = {
  ProjectName: {
    description: "The Jenkins project that takes the job: the name in the project's AWS CodePipeline settings",
    required: true,
    key: true,
    queryable: true,
    pattern: '[a-zA-Z0-9_-]{1,20}',
    example: 'site',
  },
} as const satisfies PropertyDeclarations

/**
 * The action type of the plugin that AWS gives to Jenkins: a Jenkins polls for its jobs with an access key whose policy is
 * AWSCodePipelineCustomActionAccess, takes the input artifacts and puts out its own.
 */
export function polledJenkins(category: 'Build' | 'Test'): ActionProvider<typeof polledProperties> {
  return defineAction({
    category,
    provider: 'Jenkins',
    description: 'A project of a Jenkins server that polls for jobs',
    inputArtifacts: [0, 5],
    outputArtifacts: [0, 5],
    configuration: polledProperties,
    polled: true,
    async run() {
      throw new JobFailed(
        'Jenkins polls for this action: see mode in the section of jenkins-build',
        'ConfigurationError',
      )
    },
  })
}
