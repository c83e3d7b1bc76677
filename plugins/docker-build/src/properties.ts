import { type ConfigurationOf, readJsonTexts } from '@penstock/core'

/** The action's configuration. */
export const properties = {
  Image: {
    description: 'The name to build as, without a tag: registry.example.com/team/app',
    required: true,
    pattern: '[a-z0-9][\\w./:-]*',
    example: 'registry.example.com/team/app',
  },
  Tags: {
    description: 'One or more, with commas between them',
    default: 'latest',
    example: '#{Source.CommitId},latest',
  },
  Engine: { description: 'What builds', enum: ['docker', 'podman'], default: 'docker' },
  Context: { description: 'The folder to build from, relative to the first input artifact', default: '.' },
  Dockerfile: { description: 'Relative to the context', default: 'Dockerfile' },
  Target: { description: 'The stage of the Dockerfile to build, when not the last' },
  BuildArgs: { description: 'As JSON: {"NAME": "value"}', example: '{"VERSION": "1.2"}' },
  Platforms: { description: 'Such as linux/amd64; several, with commas between them, need Push' },
  Push: { type: 'boolean', description: 'Push every tag to its registry', default: false },
  Username: { description: "The registry's user; without one, the engine's own logins serve" },
  Password: { description: "The user's password or token", secret: true },
  ContainerName: { description: 'The container that imagedefinitions.json names; the last part of Image unless given' },
  Timeout: { type: 'number', description: 'Minutes until the build is ended' },
} as const

export type DockerConfiguration = ConfigurationOf<typeof properties>

/** What is wrong beyond single properties. */
export function problemsOf(configuration: DockerConfiguration): string[] {
  const { Image, Tags, BuildArgs, Platforms, Push, Username, Password, Timeout } = configuration
  const problems: string[] = []
  if (/:[^/]*$/.test(Image)) problems.push(`Image is "${Image}": a name without a tag is right, with the tag in Tags`)
  const wrong = list(Tags).find((tag) => !/^\w[\w.-]{0,127}$/.test(tag))
  if (wrong !== undefined || list(Tags).length === 0)
    problems.push(`Tags has "${wrong ?? ''}": letters, digits, '_', '.' and '-' are right, at most 128`)
  const args = buildArgs(BuildArgs)
  if (typeof args === 'string') problems.push(args)
  const strange = list(Platforms).find((platform) => !/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/.test(platform))
  if (strange !== undefined) problems.push(`Platforms has "${strange}": such as linux/amd64 is right`)
  if (list(Platforms).length > 1 && !Push)
    problems.push(
      `Platforms is "${Platforms}": several platforms make one image only in a registry, so Push must be true`,
    )
  if ((Username === undefined) !== (Password === undefined))
    problems.push(Username === undefined ? 'Password needs Username' : 'Username needs Password')
  if (Timeout !== undefined && !(Timeout > 0 && Timeout <= 1440))
    problems.push(`Timeout is ${Timeout}: more than 0 and up to 1440 minutes are right`)
  return problems
}

/** A text with commas as its parts. */
export function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** The build arguments, or what is wrong with them. */
export function buildArgs(text: string | undefined): Readonly<Record<string, string>> | string {
  if (text === undefined) return {}
  const right = 'BuildArgs must be JSON such as {"NAME": "value"}'
  let parsed: unknown
  try {
    parsed = readJsonTexts(text, 'BuildArgs')
  } catch (error) {
    return `${right}: ${(error as Error).message}`
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return right
  const wrong = Object.entries(parsed).find(
    ([name, value]) => !/^[A-Za-z_]\w*$/.test(name) || typeof value === 'object',
  )
  return wrong
    ? `${right}: "${wrong[0]}" is no name with a text`
    : Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]))
}

/** The registry that an image's name begins with, as docker reads it. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io'
}
