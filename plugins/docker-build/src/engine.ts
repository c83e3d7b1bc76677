/** What docker and podman are told: pure, so that each command can be read here. */
import { buildArgs, type DockerConfiguration, list, registryOf } from './properties.js'

/** Where a job's own files lie. */
export interface Places {
  /** The engine writes the image's id there. */
  readonly idFile: string
  /** What the push says of the digest. */
  readonly digestFile: string
  /** The engine's logins of this job. */
  readonly loginFolder: string
}

export type Command = readonly [string, ...string[]]

/** `registry/app:1`, for every tag. */
export function references({ Image, Tags }: DockerConfiguration): string[] {
  return list(Tags).map((tag) => `${Image}:${tag}`)
}

/** True when the image is one for several platforms, which exists as a manifest list. */
export function isMultiple({ Platforms }: DockerConfiguration): boolean {
  return list(Platforms).length > 1
}

/** A login; the password comes from the environment and goes through standard input, never through an argument. */
export function loginCommand({ Engine, Image, Username = '' }: DockerConfiguration): Command {
  const script = 'printf %s "$REGISTRY_PASSWORD" | "$1" login --username "$2" --password-stdin "$3"'
  return ['sh', '-ec', script, 'login', Engine, Username, registryOf(Image)]
}

/** Logins of this job go into a folder of its own, and go with it. */
export function loginEnvironment({ Username }: DockerConfiguration, { loginFolder }: Places): Record<string, string> {
  if (Username === undefined) return {}
  return { DOCKER_CONFIG: loginFolder, REGISTRY_AUTH_FILE: `${loginFolder}/config.json` }
}

/** The build. Docker pushes an image for several platforms as it builds it. */
export function buildCommand(
  configuration: DockerConfiguration,
  context: string,
  dockerfile: string,
  places: Places,
): Command {
  const { Engine, Target, Platforms, BuildArgs } = configuration
  const args = Object.entries(buildArgs(BuildArgs) as Record<string, string>)
  const tags = references(configuration)
  const multiple = isMultiple(configuration)
  const [first = ''] = tags
  // Older podmans take one platform's cached layers for another's, so several are built from nothing.
  const named =
    multiple && Engine === 'podman' ? ['--no-cache', '--manifest', first] : tags.flatMap((tag) => ['--tag', tag])
  return [
    Engine,
    ...(multiple && Engine === 'docker'
      ? ['buildx', 'build', '--push', '--metadata-file', places.digestFile]
      : ['build', '--iidfile', places.idFile]),
    '--file',
    dockerfile,
    ...named,
    ...(Target === undefined ? [] : ['--target', Target]),
    ...(Platforms === undefined ? [] : ['--platform', list(Platforms).join(',')]),
    ...args.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    context,
  ]
}

/** What is left to be pushed after the build, a command for each tag. */
export function pushCommands(configuration: DockerConfiguration, { digestFile }: Places): Command[] {
  const { Engine, Push } = configuration
  const multiple = isMultiple(configuration)
  const tags = references(configuration)
  if (!Push || (multiple && Engine === 'docker')) return []
  if (Engine === 'docker') return tags.map((tag) => ['docker', 'push', tag])
  if (!multiple) return tags.map((tag) => ['podman', 'push', '--digestfile', digestFile, tag])
  const [list = ''] = tags
  return tags.map((tag) => ['podman', 'manifest', 'push', '--all', '--digestfile', digestFile, list, `docker://${tag}`])
}

/** Docker tells a pushed image's digest only when it is asked: into the digest file. */
export function digestCommand(configuration: DockerConfiguration, { digestFile }: Places): Command | undefined {
  const { Engine, Push } = configuration
  if (!Push || Engine !== 'docker' || isMultiple(configuration)) return undefined
  const [first = ''] = references(configuration)
  const script = '"$1" image inspect --format "{{json .RepoDigests}}" "$2" >"$3"'
  return ['sh', '-ec', script, 'inspect', Engine, first, digestFile]
}

/** The digest in what was written to the digest file: plain (podman), RepoDigests, or buildx's metadata. */
export function digestIn(text: string, image: string): string | undefined {
  const plain = /^sha256:[0-9a-f]{64}$/.exec(text.trim())?.[0]
  if (plain !== undefined) return plain
  const parsed = parse(text)
  if (Array.isArray(parsed)) {
    const own = parsed.find((digest) => String(digest).startsWith(`${image}@`)) ?? parsed[0]
    return own === undefined ? undefined : String(own).split('@')[1]
  }
  const digest = (parsed as { readonly 'containerimage.digest'?: unknown } | undefined)?.['containerimage.digest']
  return typeof digest === 'string' ? digest : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
