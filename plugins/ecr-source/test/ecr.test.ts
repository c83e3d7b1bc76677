import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AwsError,
  pollContext,
  runAction,
  startAwsServer,
  type TestAwsServer,
  testSourceProvider,
} from '@penstock/core/testkit'
import { ecrSource } from '../src/provider.js'

let server: TestAwsServer
let pushes = 1
const digestOf = (push: number) => `sha256:${String(push).padStart(64, '0')}`

beforeAll(async () => {
  server = await startAwsServer({
    DescribeImages: ({ repositoryName, imageIds: [{ imageTag, imageDigest }] }) => {
      if (repositoryName !== 'team/site')
        throw new AwsError('RepositoryNotFoundException', `The repository with name '${repositoryName}' does not exist`)
      const known = imageTag === 'latest' || /^sha256:0+[1-9]$/.test(imageDigest ?? '')
      if (!known) throw new AwsError('ImageNotFoundException', 'The image does not exist')
      return {
        imageDetails: [
          {
            registryId: '000000000000',
            repositoryName,
            imageDigest: imageDigest ?? digestOf(pushes),
            imageTags: ['latest', `v${pushes}`],
            imageSizeInBytes: 4711,
            imagePushedAt: 1_700_000_000,
          },
        ],
      }
    },
    DescribeRepositories: ({ repositoryNames: [repositoryName] }) => ({
      repositories: [
        { repositoryName, repositoryUri: `000000000000.dkr.ecr.eu-central-1.amazonaws.com/${repositoryName}` },
      ],
    }),
  })
})
afterAll(() => server.stop())

const source = () =>
  ecrSource({ endpoint: server.endpoint, accessKeyId: 'AKIA', secretAccessKey: 'secret' }, () => 'eu-central-1')

testSourceProvider('ECR', source, () => ({
  configuration: { RepositoryName: 'team/site' },
  outputs: ['Image'],
  change: async () => void pushes++,
  missing: { configuration: { ImageTag: 'nothing' } },
}))

test('the artifact says where the image is, as CodePipeline writes it', async () => {
  const run = await runAction(source(), {
    configuration: { RepositoryName: 'team/site' },
    outputs: ['Image'],
    revision: { revisionId: digestOf(1) },
  })
  const uri = `000000000000.dkr.ecr.eu-central-1.amazonaws.com/team/site@${digestOf(1)}`
  expect(run.result).toEqual({
    revision: { revisionId: digestOf(1), revisionSummary: uri, created: 1_700_000_000_000 },
    summary: uri,
    outputVariables: {
      RegistryId: '000000000000',
      RepositoryName: 'team/site',
      ImageTag: 'latest',
      ImageDigest: digestOf(1),
      ImageURI: uri,
    },
  })
  expect(JSON.parse(readFileSync(join(run.outputs.Image ?? '', 'imageDetail.json'), 'utf8'))).toEqual({
    ImageSizeInBytes: '4711',
    ImageDigest: digestOf(1),
    Version: '1.0',
    ImagePushedAt: 'Tue, 14 Nov 2023 22:13:20 GMT',
    RegistryId: '000000000000',
    RepositoryName: 'team/site',
    ImageURI: uri,
    ImageTags: ['latest', `v${pushes}`],
  })
})

test('another image of the repository can be asked for', async () => {
  const sourceOverride = { actionName: 'Image', revisionType: 'IMAGE_DIGEST', revisionValue: digestOf(3) } as const
  const run = await runAction(source(), {
    configuration: { RepositoryName: 'team/site' },
    outputs: ['Image'],
    sourceOverride,
  })
  expect(run.result?.outputVariables?.ImageDigest).toBe(digestOf(3))
})

test.each([
  [
    { RepositoryName: 'team/none', ImageTag: 'latest' },
    "RepositoryName team/none: RepositoryNotFoundException: The repository with name 'team/none' does not exist",
  ],
  [
    { RepositoryName: 'team/site', ImageTag: 'v0' },
    'RepositoryName team/site has no image v0: push it, or correct ImageTag',
  ],
])('%j: in words', async (configuration, words) => {
  await expect(source().latestRevision(configuration, pollContext())).rejects.toThrow(words)
})
