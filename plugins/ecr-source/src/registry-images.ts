import { JobFailed, outboundFetch } from '@penstock/core'
import type { RegistryConfig } from './config.js'
import { missing } from './ecr-images.js'
import type { Image, ImageId, Images } from './images.js'

/** All kinds of manifests: the digest is of what a pull by the tag would get. */
const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')
const timeoutMs = 30_000

/** Images of a registry that speaks the OCI distribution API: one HEAD request for each look. */
export class RegistryImages implements Images {
  /** Of registries that give tokens, by repository. */
  private readonly tokens = new Map<string, string>()

  constructor(private readonly config: RegistryConfig) {}

  async find({ repository, tag, digest }: ImageId, signal: AbortSignal): Promise<Image> {
    const reference = digest ?? tag
    const answer = await this.head(repository, reference, signal)
    if (answer.status === 404) throw missing(repository, reference)
    if (answer.status === 401 || answer.status === 403)
      throw new JobFailed(
        `RepositoryName ${repository}: ${this.host} wants another login (${answer.status}): look at plugins.ecr-source.registry`,
        'PermissionError',
      )
    const found = answer.headers.get('docker-content-digest')
    if (!answer.ok || found === null)
      throw new JobFailed(`RepositoryName ${repository}: ${this.host} answered ${answer.status}`, 'SystemUnavailable')
    return { digest: found, uri: `${this.host}/${repository}@${found}`, registryId: this.host, tags: [tag] }
  }

  private get host(): string {
    return new URL(this.config.url).host
  }

  private async head(repository: string, reference: string, signal: AbortSignal): Promise<Response> {
    const url = `${this.config.url.replace(/\/$/, '')}/v2/${repository}/manifests/${reference}`
    const ask = () => this.fetch(url, { method: 'HEAD', headers: this.headers(repository) }, signal)
    const first = await ask()
    const challenge = /^Bearer (.*)$/i.exec(first.headers.get('www-authenticate') ?? '')?.[1]
    if (first.status !== 401 || challenge === undefined) return first
    this.tokens.set(repository, await this.token(challenge, signal))
    return ask()
  }

  private headers(repository: string): Record<string, string> {
    const token = this.tokens.get(repository)
    const authorization = token === undefined ? this.basic() : `Bearer ${token}`
    return { accept: manifests, ...(authorization === undefined ? {} : { authorization }) }
  }

  private basic(): string | undefined {
    const { username, password } = this.config
    return username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }

  /** `realm="https://auth.example.com/token",service="...",scope="..."` says where a token is to be had. */
  private async token(challenge: string, signal: AbortSignal): Promise<string> {
    const said = Object.fromEntries(
      Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, name, value]) => [name, value]),
    )
    const { realm = '', ...parameters } = said as Record<string, string>
    if (!URL.canParse(realm)) return ''
    const url = new URL(realm)
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    const basic = this.basic()
    const answer = await this.fetch(url.href, { headers: basic === undefined ? {} : { authorization: basic } }, signal)
    const { token, access_token: other } = answer.ok ? ((await answer.json()) as Record<string, string>) : {}
    return token ?? other ?? ''
  }

  private async fetch(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    try {
      return await outboundFetch(url, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
    } catch (error) {
      signal.throwIfAborted()
      const { cause, message } = error as Error & { cause?: Error }
      throw new JobFailed(
        `plugins.ecr-source.registry.url ${this.config.url}: ${cause?.message ?? message}`,
        'SystemUnavailable',
      )
    }
  }
}
