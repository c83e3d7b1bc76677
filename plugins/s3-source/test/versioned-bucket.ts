import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Version {
  readonly id: string
  /** Absent for a delete marker. */
  readonly content?: Buffer
  readonly modified: Date
}

/** A bucket with versions behind S3's protocol (HEAD, GET, GET ?versioning), for the real SDK to talk to. */
export class VersionedBucket {
  readonly seen: string[] = []
  versioning: 'Enabled' | 'Suspended' | undefined = 'Enabled'
  /** Answers everything so, when set: an access that is denied, a bucket of another region. */
  refusal: { readonly status: number; readonly code: string; readonly headers?: Record<string, string> } | undefined
  private readonly objects = new Map<string, Version[]>()
  private readonly server = createServer((request, response) => this.answer(request, response))

  constructor(readonly name = 'my.releases') {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  put(key: string, content: Buffer | string): string {
    return this.add(key, Buffer.from(content))
  }

  /** Leaves a delete marker, as DeleteObject does. */
  remove(key: string): string {
    return this.add(key)
  }

  private add(key: string, content?: Buffer): string {
    const id = this.versioning === 'Enabled' ? randomBytes(16).toString('base64url') : 'null'
    const version = { id, modified: new Date(1_700_000_000_000), ...(content === undefined ? {} : { content }) }
    this.objects.set(key, [version, ...(this.objects.get(key) ?? [])])
    return id
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://bucket')
    const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/')
    const key = rest.join('/')
    this.seen.push(`${request.method} ${key}${url.searchParams.has('versionId') ? ' by version' : ''}`)
    if (this.refusal) this.refuse(request, response, this.refusal)
    else if (bucket !== this.name) this.refuse(request, response, { status: 404, code: 'NoSuchBucket' })
    else if (url.searchParams.has('versioning')) this.tellVersioning(response)
    else this.give(request, response, this.find(key, url.searchParams.get('versionId')))
  }

  private find(key: string, id: string | null): Version | undefined {
    const versions = this.objects.get(key) ?? []
    return id === null ? versions[0] : versions.find((version) => version.id === id)
  }

  private give(request: IncomingMessage, response: ServerResponse, version: Version | undefined): void {
    const headers: Record<string, string> =
      version === undefined || this.versioning === undefined ? {} : { 'x-amz-version-id': version.id }
    const content = version?.content
    if (version === undefined || content === undefined) {
      const marker: Record<string, string> = version === undefined ? {} : { 'x-amz-delete-marker': 'true' }
      this.refuse(request, response, { status: 404, code: 'NoSuchKey', headers: { ...headers, ...marker } })
      return
    }
    response.writeHead(200, {
      ...headers,
      etag: `"${createHash('md5').update(content).digest('hex')}"`,
      'last-modified': version.modified.toUTCString(),
      'content-length': content.length,
    })
    response.end(request.method === 'HEAD' ? undefined : content)
  }

  private tellVersioning(response: ServerResponse): void {
    const status = this.versioning === undefined ? '' : `<Status>${this.versioning}</Status>`
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(
      `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${status}</VersioningConfiguration>`,
    )
  }

  private refuse(
    request: IncomingMessage,
    response: ServerResponse,
    { status, code, headers = {} }: { status: number; code: string; headers?: Record<string, string> },
  ): void {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers })
    response.end(
      request.method === 'HEAD' ? undefined : `<Error><Code>${code}</Code><Message>${code} it is</Message></Error>`,
    )
  }
}
