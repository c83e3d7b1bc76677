import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ActionJob,
  type ConfigurationOf,
  defineSource,
  type PropertyDeclarations,
  type Revision,
  type SourceProvider,
} from '@penstock/core'
import type { EcrConfig } from './config.js'
import { EcrImages } from './ecr-images.js'
import type { Image, ImageId, Images } from './images.js'
import { RegistryImages } from './registry-images.js'

const properties = {
  RepositoryName: {
    description: 'The repository of images',
    required: true,
    key: true,
    pattern: '[a-z0-9]+([._/-]+[a-z0-9]+)*',
    example: 'team/site',
  },
  ImageTag: { description: 'The tag that is watched', key: true, default: 'latest', pattern: '[\\w][\\w.-]{0,127}' },
} as const satisfies PropertyDeclarations

type Configuration = ConfigurationOf<typeof properties>

/**
 * Source/AWS/ECR: the image that a tag names; its digest is the revision, and the artifact says where it is.
 * `region` is asked when the first image is.
 */
export function ecrSource(config: EcrConfig, region: () => string): SourceProvider<typeof properties> {
  const images: Images = config.registry ? new RegistryImages(config.registry) : new EcrImages(config, region)
  return defineSource({
    owner: 'AWS',
    provider: 'ECR',
    description: 'An image of ECR or of another container registry',
    outputArtifacts: 1,
    configuration: properties,
    idempotent: true,
    pollKey: ({ RepositoryName, ImageTag }) => `${RepositoryName}:${ImageTag}`,
    async latestRevision({ RepositoryName: repository, ImageTag: tag }, { signal }) {
      return revisionOf(await images.find({ repository, tag }, signal))
    },
    async run(job, ctx) {
      const { RepositoryName, ImageTag } = job.configuration
      const image = await images.find(wanted(job), ctx.signal)
      ctx.log.line(image.uri)
      const folder = join(ctx.workspace, 'image')
      await mkdir(folder, { recursive: true })
      await writeFile(
        join(folder, 'imageDetail.json'),
        `${JSON.stringify(detail(image, job.configuration), undefined, 2)}\n`,
      )
      await ctx.output(folder)
      return {
        revision: revisionOf(image),
        summary: image.uri,
        outputVariables: {
          RegistryId: image.registryId,
          RepositoryName,
          ImageTag,
          ImageDigest: image.digest,
          ImageURI: image.uri,
        },
      }
    },
  })
}

/** X14: the digest that somebody asked for, or that was seen; the tag's newest image otherwise. */
function wanted({ configuration, revision, sourceOverride }: ActionJob<Configuration>): ImageId {
  const { RepositoryName: repository, ImageTag: tag } = configuration
  const digest = sourceOverride?.revisionType === 'IMAGE_DIGEST' ? sourceOverride.revisionValue : revision?.revisionId
  return { repository, tag, ...(digest === undefined ? {} : { digest }) }
}

function revisionOf({ digest, pushed, uri }: Image): Revision {
  return { revisionId: digest, revisionSummary: uri, ...(pushed === undefined ? {} : { created: pushed }) }
}

/** `imageDetail.json`, as CodePipeline writes it: every value a text. */
function detail(image: Image, { RepositoryName, ImageTag }: Configuration) {
  return {
    ...(image.bytes === undefined ? {} : { ImageSizeInBytes: String(image.bytes) }),
    ImageDigest: image.digest,
    Version: '1.0',
    ...(image.pushed === undefined ? {} : { ImagePushedAt: new Date(image.pushed).toUTCString() }),
    RegistryId: image.registryId,
    RepositoryName,
    ImageURI: image.uri,
    ImageTags: image.tags.length > 0 ? image.tags : [ImageTag],
  }
}
