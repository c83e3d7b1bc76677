import { type BuildVariable, type JobContext, JobFailed } from '@penstock/core'
import type { Buildspec } from './buildspec.js'
import type { CodeBuildSettings } from './settings.js'

/** Values that AWS keeps in its parameter store and secrets manager are named secrets here. */
export class ForeignValues {
  private readonly problems: string[] = []

  constructor(
    private readonly settings: Pick<CodeBuildSettings, 'parameterStore' | 'secretsManager'>,
    private readonly ctx: JobContext,
  ) {}

  /**
   * The variables that a repository's buildspec asks for. It may be anybody's who can push: so it gets only what the
   * configuration maps. Those that are `given` otherwise are passed over.
   */
  async ofBuildspec(spec: Buildspec, given: ReadonlySet<string>): Promise<Record<string, string>> {
    const values: Record<string, string> = {}
    for (const [name, parameter] of Object.entries(spec.parameterStore)) {
      if (!given.has(name)) await this.take(values, `env.parameter-store ${name}`, name, 'parameterStore', parameter)
    }
    for (const [name, secret] of Object.entries(spec.secretsManager)) {
      if (!given.has(name)) await this.take(values, `env.secrets-manager ${name}`, name, 'secretsManager', secret)
    }
    return values
  }

  /** Variables of a project or an action: their owners may name any secret, so that one of the same name will do. */
  async ofOwner(variables: readonly BuildVariable[], from: string): Promise<Record<string, string>> {
    const values: Record<string, string> = {}
    for (const { name, value, type = 'PLAINTEXT' } of variables) {
      const what = `${from} ${name}`
      if (type === 'PLAINTEXT') values[name] = value
      else if (type === 'PARAMETER_STORE') await this.take(values, what, name, 'parameterStore', value, value)
      else await this.take(values, what, name, 'secretsManager', value, idOf(value).id)
    }
    return values
  }

  /** Errors: JobFailed ConfigurationError with everything that could not be had. */
  check(): void {
    if (this.problems.length > 0) throw new JobFailed(this.problems.join('; '), 'ConfigurationError')
  }

  private async take(
    values: Record<string, string>,
    what: string,
    name: string,
    store: 'parameterStore' | 'secretsManager',
    reference: string,
    otherwise?: string,
  ): Promise<void> {
    const { id, key } = store === 'secretsManager' ? idOf(reference) : { id: reference, key: undefined }
    const mapped = this.settings[store][id]
    const secret = mapped ?? otherwise
    if (secret === undefined) {
      const remedy = `codebuild.${store} in penstock.yaml names the secret that stands for it ({"${id}": NAME}), or the action's EnvironmentVariables give ${name}`
      this.problems.push(`${what} is "${id}" on AWS: ${remedy}`)
      return
    }
    const found = await this.ctx.secret?.(secret)
    if (found === undefined) {
      const why =
        mapped === undefined
          ? `no secret store has "${secret}", and codebuild.${store} does not map it`
          : `it is mapped to the secret "${secret}", which no secret store has`
      this.problems.push(`${what} is "${id}" on AWS: ${why}`)
      return
    }
    const value = key === undefined ? found : member(found, key)
    if (value === undefined) {
      this.problems.push(`${what}: the secret "${secret}" is no JSON object with a member "${key}"`)
      return
    }
    this.ctx.mask(value)
    this.ctx.log.line(`${what}: the named secret ${secret}${key === undefined ? '' : `, its member ${key}`}`)
    values[name] = value
  }
}

/** `secret-id:json-key:version-stage:version-id`, where the id may be an ARN, which has colons of its own. */
function idOf(reference: string): { readonly id: string; readonly key?: string } {
  const parts = reference.split(':')
  const length = parts[0] === 'arn' ? 7 : 1
  const [key] = parts.slice(length)
  const id = parts.slice(0, length).join(':')
  return key === undefined || key === '' ? { id } : { id, key }
}

function member(text: string, key: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, key)) return undefined
    const value = (parsed as Readonly<Record<string, unknown>>)[key]
    return typeof value === 'string' ? value : JSON.stringify(value)
  } catch {
    return undefined
  }
}
