import type { ECRClient } from '@aws-sdk/client-ecr'
import { defined, JobFailed } from '@penstock/core'
import { awsCall, awsClientSettings } from '@penstock/core/aws'
import type { EcrConfig } from './config.js'
import type { Image, ImageId, Images } from './images.js'

/** Images of ECR. The SDK is loaded at the first one; connections are kept. */
export class EcrImages implements Images {
  private opened: Promise<ECRClient> | undefined
  private readonly uris = new Map<string, string>()

  constructor(
    private readonly config: EcrConfig,
    private readonly region: () => string,
  ) {}

  async find({ repository, tag, digest }: ImageId, signal: AbortSignal): Promise<Image> {
    const { DescribeImagesCommand } = await import('@aws-sdk/client-ecr')
    const client = await this.client()
    const imageId = digest === undefined ? { imageTag: tag } : { imageDigest: digest }
    const command = new DescribeImagesCommand({ repositoryName: repository, imageIds: [imageId] })
    const { imageDetails: [found] = [] } = await awsCall(
      `RepositoryName ${repository}`,
      { signal },
      async (options) => {
        try {
          return await client.send(command, options)
        } catch (error) {
          throw (error as Error).name === 'ImageNotFoundException' ? missing(repository, digest ?? tag) : error
        }
      },
    )
    if (found?.imageDigest === undefined) throw missing(repository, digest ?? tag)
    const uri = await this.uriOf(client, repository, signal)
    return {
      digest: found.imageDigest,
      uri: `${uri}@${found.imageDigest}`,
      registryId: found.registryId ?? '',
      tags: found.imageTags ?? [],
      ...defined({ pushed: found.imagePushedAt?.getTime(), bytes: found.imageSizeInBytes }),
    }
  }

  /** Once for each repository: it never changes. */
  private async uriOf(client: ECRClient, repository: string, signal: AbortSignal): Promise<string> {
    const known = this.uris.get(repository)
    if (known !== undefined) return known
    const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr')
    const command = new DescribeRepositoriesCommand({ repositoryNames: [repository] })
    const { repositories = [] } = await awsCall(`RepositoryName ${repository}`, { signal }, (options) =>
      client.send(command, options),
    )
    const uri = repositories[0]?.repositoryUri ?? repository
    this.uris.set(repository, uri)
    return uri
  }

  private client(): Promise<ECRClient> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined
      throw error
    })
    return this.opened
  }

  private async open(): Promise<ECRClient> {
    const { ECRClient } = await import('@aws-sdk/client-ecr')
    return new ECRClient(await awsClientSettings(this.config, { plugin: 'ecr-source', region: this.region() }))
  }
}

export function missing(repository: string, reference: string): JobFailed {
  return new JobFailed(
    `RepositoryName ${repository} has no image ${reference}: push it, or correct ImageTag`,
    'RevisionUnavailable',
  )
}
