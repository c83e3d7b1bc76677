import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { type ActionProvider, defineAction, type JobContext, JobFailed } from '@penstock/core'
import {
  buildCommand,
  digestCommand,
  digestIn,
  loginCommand,
  loginEnvironment,
  type Places,
  pushCommands,
  references,
} from './engine.js'
import { type DockerConfiguration, problemsOf, properties, registryOf } from './properties.js'

/** The engine's own program, with its socket: what the Dockerfile says runs in the engine's containers. */
const host = { isolation: 'none' } as const

/**
 * Build/Custom/Docker: builds the first input artifact's Dockerfile with docker or podman, and pushes it when asked.
 * Output variables: ImageUri, ImageId, ImageDigest. The output artifact has the files that deployments to ECS read.
 */
export const dockerBuild: ActionProvider<typeof properties> = defineAction({
  category: 'Build',
  provider: 'Docker',
  description: 'Builds a container image with docker or podman',
  inputArtifacts: [1, 5],
  outputArtifacts: [0, 1],
  configuration: properties,
  validate: problemsOf,
  async run(job, ctx) {
    const { configuration } = job
    const places = await makePlaces(ctx)
    const env = loginEnvironment(configuration, places)
    const { folder } = await ctx.input(undefined, { outwardLinks: 'keep' })
    const context = await inside(folder, configuration.Context, 'Context')
    const dockerfile = await inside(context, configuration.Dockerfile, 'Dockerfile')
    if (configuration.Password !== undefined) {
      const label = `${configuration.Engine} login ${registryOf(configuration.Image)}`
      await ctx.exec(loginCommand(configuration), {
        ...host,
        label,
        env: { ...env, REGISTRY_PASSWORD: configuration.Password },
      })
    }
    const { Timeout } = configuration
    const limit = Timeout === undefined ? {} : { timeout: Timeout * 60_000 }
    await ctx.exec(buildCommand(configuration, context, dockerfile, places), { ...host, cwd: context, env, ...limit })
    await ctx.progress({ summary: configuration.Push ? 'built, being pushed' : 'built' })
    for (const command of pushCommands(configuration, places)) await ctx.exec(command, { ...host, env })
    const ask = digestCommand(configuration, places)
    if (ask) await ctx.exec(ask, { ...host, env, label: 'docker image inspect' })
    const built = await readBuilt(configuration, places)
    if (job.outputs.length > 0) await ctx.output(await writeFiles(ctx, configuration, built))
    return {
      summary: built.ImageUri,
      outputVariables: built,
      ...(built.ImageDigest ? { externalExecutionId: built.ImageDigest } : {}),
    }
  },
})

interface Built extends Readonly<Record<string, string>> {
  /** With its digest where it was pushed, else with its first tag. */
  readonly ImageUri: string
}

async function makePlaces(ctx: JobContext): Promise<Places> {
  const own = join(ctx.workspace, '.docker-build')
  const loginFolder = join(own, 'login')
  await mkdir(loginFolder, { recursive: true, mode: 0o700 })
  return { idFile: join(own, 'image-id'), digestFile: join(own, 'digest'), loginFolder }
}

async function readBuilt(configuration: DockerConfiguration, { idFile, digestFile }: Places): Promise<Built> {
  const { Image, Push } = configuration
  const id = (await readFile(idFile, 'utf8').catch(() => '')).trim()
  const said = await readFile(digestFile, 'utf8').catch(() => '')
  const digest = Push ? digestIn(said, Image) : undefined
  if (Push && digest === undefined) throw new JobFailed(`the engine did not tell the digest of ${Image} after the push`)
  const [first = Image] = references(configuration)
  return {
    ImageUri: digest === undefined ? first : `${Image}@${digest}`,
    ...(id === '' ? {} : { ImageId: id }),
    ...(digest === undefined ? {} : { ImageDigest: digest }),
  }
}

/** imageDetail.json and imagedefinitions.json, as CodeDeploy and ECS deployments read them. */
async function writeFiles(ctx: JobContext, configuration: DockerConfiguration, { ImageUri }: Built): Promise<string> {
  const folder = join(ctx.workspace, '.docker-build', 'artifact')
  await mkdir(folder, { recursive: true })
  const name = configuration.ContainerName ?? configuration.Image.split('/').at(-1) ?? configuration.Image
  await writeFile(join(folder, 'imageDetail.json'), JSON.stringify({ ImageURI: ImageUri }))
  await writeFile(join(folder, 'imagedefinitions.json'), JSON.stringify([{ name, imageUri: ImageUri }]))
  return folder
}

/** A path below a folder, links followed. Errors: JobFailed ConfigurationError naming the property. */
async function inside(root: string, path: string, property: string): Promise<string> {
  const found = await realpath(resolve(root, path)).catch(() => undefined)
  const base = await realpath(root)
  if (found === undefined)
    throw new JobFailed(`${property} is "${path}", which the input artifact does not have`, 'ConfigurationError')
  if (found !== base && !found.startsWith(base + sep)) {
    throw new JobFailed(`${property} is "${path}", which is outside of the input artifact`, 'ConfigurationError')
  }
  return found
}
