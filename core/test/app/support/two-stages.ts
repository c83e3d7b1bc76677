import type { PipelineDeclaration } from '../../../src/domain/pipeline.js'

const type = (category: 'Source' | 'Build', provider: string) =>
  ({ category, owner: 'Custom', provider, version: '1' }) as const

/** A Source by the test's own provider `Quiet`, then one build of what it put out. */
export function twoStages(
  pipelineName: string,
  name: string,
  provider: string,
  configuration: Readonly<Record<string, string>>,
): PipelineDeclaration {
  return {
    name: pipelineName,
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
    stages: [
      {
        name: 'Source',
        actions: [{ name: 'Fetch', actionTypeId: type('Source', 'Quiet'), outputArtifacts: [{ name: 'code' }] }],
      },
      {
        name: 'Build',
        actions: [{ name, actionTypeId: type('Build', provider), configuration, inputArtifacts: [{ name: 'code' }] }],
      },
    ],
  }
}
