/** A container registry on loopback: as much of the OCI distribution API as a push needs, with a login, keeping what it is sent. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Registry {
  /** `127.0.0.1:54321` */
  readonly host: string
  /** By `name:reference`; the manifest as it came. */
  readonly manifests: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>
  readonly blobs: ReadonlyMap<string, Buffer>
  /** Basic credentials that came with requests, `user:password`. */
  readonly logins: ReadonlySet<string>
  stop(): Promise<void>
}

export const sha256 = (body: Buffer) => `sha256:${createHash('sha256').update(body).digest('hex')}`

/** Takes pushes of `user` with `password` only. */
export async function startRegistry(user: string, password: string): Promise<Registry> {
  const manifests = new Map<string, { type: string; body: Buffer }>()
  const blobs = new Map<string, Buffer>()
  const uploads = new Map<string, Buffer>()
  const logins = new Set<string>()

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://registry')
    const body = await readBody(request)
    const given = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()
    if (given !== '') logins.add(given)
    const answer = (status: number, headers: Record<string, string> = {}, content: Buffer | string = '') =>
      response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : content)
    if (given !== `${user}:${password}`)
      return answer(401, { 'www-authenticate': 'Basic realm="test"' }, '{"errors":[{"code":"UNAUTHORIZED"}]}')
    if (url.pathname === '/v2/') return answer(200, {}, '{}')
    const [, name = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/?(.*)$/.exec(url.pathname) ?? []
    if (kind === 'blobs/uploads' && request.method === 'POST') {
      const id = randomUUID()
      uploads.set(id, Buffer.alloc(0))
      return answer(202, { location: `/v2/${name}/blobs/uploads/${id}`, range: '0-0' })
    }
    if (kind === 'blobs/uploads') {
      const all = Buffer.concat([uploads.get(reference) ?? Buffer.alloc(0), body])
      uploads.set(reference, all)
      const digest = url.searchParams.get('digest')
      if (request.method === 'PATCH') return answer(202, { location: url.pathname, range: `0-${all.length - 1}` })
      if (digest !== sha256(all)) return answer(400, {}, '{"errors":[{"code":"DIGEST_INVALID"}]}')
      blobs.set(digest, all)
      return answer(201, { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest })
    }
    if (kind === 'manifests' && request.method === 'PUT') {
      const manifest = { type: request.headers['content-type'] ?? '', body }
      manifests.set(`${name}:${reference}`, manifest)
      manifests.set(`${name}:${sha256(body)}`, manifest)
      return answer(201, { 'docker-content-digest': sha256(body) })
    }
    const manifest = manifests.get(`${name}:${reference}`)
    const held = kind === 'blobs' ? blobs.get(reference) : manifest?.body
    if (!held) return answer(404, {}, '{"errors":[{"code":"NOT_FOUND"}]}')
    return answer(
      200,
      {
        'content-length': String(held.length),
        'content-type': manifest?.type ?? 'application/octet-stream',
        'docker-content-digest': sha256(held),
      },
      held,
    )
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    manifests,
    blobs,
    logins,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
