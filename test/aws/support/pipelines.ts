import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'

/** An action type whose jobs the tests themselves work on. */
export const typeId = <C extends 'Source' | 'Build'>(category: C) =>
  ({ category, owner: 'Custom', provider: 'Outside', version: 'v2' }) as const

/** Source and build by a worker outside, then an approval. */
export function workerPipeline(name: string, accountId: string, bucket: string): PipelineDeclaration {
  const configuration = { Project: name }
  return {
    name,
    roleArn: `arn:aws:iam::${accountId}:role/penstock`,
    artifactStore: { type: 'S3', location: bucket },
    stages: [
      {
        name: 'Source',
        actions: [
          { name: 'Fetch', actionTypeId: typeId('Source'), configuration, outputArtifacts: [{ name: 'Source' }] },
        ],
      },
      {
        name: 'Build',
        actions: [
          {
            name: 'Compile',
            actionTypeId: typeId('Build'),
            configuration: { ...configuration, Token: 'hunter2' },
            inputArtifacts: [{ name: 'Source' }],
            outputArtifacts: [{ name: 'Built' }],
            namespace: 'Compiled',
          },
        ],
      },
      {
        name: 'Approve',
        actions: [
          { name: 'Ask', actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } },
        ],
      },
    ],
  }
}
