/** Passwords that are named secrets: `{{secret:NAME}}` in penstock.yaml, and in what is put, which may hold no others. */
import { JobFailed } from '@penstock/core'
import type { DeploymentGroup, GroupHost } from '../group/deployment-group.js'
import type { SshTarget } from '../shell/target.js'

export type SecretLookup = (name: string) => Promise<string | undefined>

const REFERENCE = /^\{\{\s*secret:([^{}\s]+)\s*\}\}$/
/** What may hold a secret, wherever it stands. */
const SECRET = ['password', 'passphrase']

/** The name that a text refers to; `undefined` when it is no reference. */
function referenceIn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : REFERENCE.exec(text)?.[1]
}

/** Places of passwords that are written out, as `hosts[0].become.password`. */
export function plainSecrets(document: unknown, path = ''): string[] {
  if (typeof document !== 'object' || document === null) return []
  return Object.entries(document).flatMap(([key, value]) => {
    const at = Array.isArray(document) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    if (!SECRET.includes(key) || typeof value !== 'string') return plainSecrets(value, at)
    return referenceIn(value) === undefined ? [at] : []
  })
}

/** The same document, without the passwords that are written out: for showing. */
export function withoutSecrets(document: unknown): unknown {
  if (Array.isArray(document)) return document.map(withoutSecrets)
  if (typeof document !== 'object' || document === null) return document
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => {
      const hidden = SECRET.includes(key) && typeof value === 'string' && referenceIn(value) === undefined
      return [key, hidden ? '****' : withoutSecrets(value)]
    }),
  )
}

/**
 * The group with the values in the place of the references.
 * Errors: JobFailed, which names the host and the secret, when it is nowhere or may not be used here.
 */
export async function withSecrets<G extends Pick<DeploymentGroup, 'hosts'>>(
  group: G,
  lookup: SecretLookup | undefined,
): Promise<G> {
  const resolver = new SecretResolver(lookup)
  const hosts: GroupHost[] = []
  for (const host of group.hosts) hosts.push(await resolver.host(host))
  return { ...group, hosts }
}

class SecretResolver {
  private readonly known = new Map<string, string>()

  constructor(private readonly lookup: SecretLookup | undefined) {}

  async host(host: GroupHost): Promise<GroupHost> {
    const { become, target, id } = host
    const password = await this.value(become?.password, `become.password of ${id}`)
    return {
      ...host,
      target: target === 'local' ? target : await this.target(target, id),
      ...(become !== undefined && password !== undefined ? { become: { ...become, password } } : {}),
    }
  }

  private async target(target: SshTarget, id: string): Promise<SshTarget> {
    const password = await this.value(target.password, `password of ${id}`)
    const passphrase = await this.value(target.passphrase, `passphrase of ${id}`)
    const jumps: SshTarget[] = []
    for (const jump of target.jumps) jumps.push(await this.target(jump, `${id}'s proxyJump ${jump.host}`))
    return {
      ...target,
      jumps,
      ...(password === undefined ? {} : { password }),
      ...(passphrase === undefined ? {} : { passphrase }),
    }
  }

  private async value(text: string | undefined, what: string): Promise<string | undefined> {
    const name = referenceIn(text)
    if (name === undefined) return text
    const found = this.known.get(name) ?? (await this.ask(name, what))
    this.known.set(name, found)
    return found
  }

  private async ask(name: string, what: string): Promise<string> {
    let value: string | undefined
    try {
      value = await this.lookup?.(name)
    } catch (error) {
      throw new JobFailed(`the ${what}: ${(error as Error).message}`, 'ConfigurationError')
    }
    if (value !== undefined) return value
    throw new JobFailed(
      `the ${what} is the secret ${name}, which no secret store has: penstock secret set ${name}, with its value on standard input, makes it`,
      'ConfigurationError',
    )
  }
}
