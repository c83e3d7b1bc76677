/** Pipelines in the shape of a request, small and large. */
const typeId = (category: string, provider: string) => ({ category, owner: 'Custom', provider, version: '1' })

/** A legal pipeline of two stages; `actions` of them in the second. */
export function pipeline(actions = 1) {
  return {
    name: 'shop',
    roleArn: 'arn:aws:iam::123456789012:role/penstock',
    artifactStore: { type: 'S3', location: 'codepipeline-eu-central-1-1234567890' },
    stages: [
      {
        name: 'Source',
        actions: [
          {
            name: 'Fetch',
            actionTypeId: typeId('Source', 'Git'),
            configuration: { Url: 'https://example.org/shop.git', Branch: 'main' },
            outputArtifacts: [{ name: 'Source' }],
          },
        ],
      },
      {
        name: 'Build',
        actions: Array.from({ length: actions }, (_, i) => ({
          name: `Build-${i}`,
          actionTypeId: typeId('Build', 'Rake'),
          runOrder: i + 1,
          configuration: { Task: 'default', Variables: 'A=1,B=2', Image: 'ruby:3.1' },
          inputArtifacts: [{ name: 'Source' }],
          outputArtifacts: [{ name: `Built-${i}` }],
          region: 'eu-central-1',
          namespace: `Build${i}`,
        })),
      },
    ],
  }
}
