/** Requests without sense to every door, different for each number: unsigned, signed well by somebody, or from a page's form. */
import type { IncomingMessage } from 'node:http'
import { table } from '../../../core/src/operations/table.js'
import { SignedClient, type SignedRequest, type SigningKeys } from '../../../core/src/worker/signed-request.js'
import { Random } from '../../simulation/random.js'
import { tokenOf } from '../page.js'
import { bodyOf, fieldsOf, texts } from './values.js'

const operations = Object.values(table)
const own = operations.filter(({ service }) => service === 'penstock').map(({ name }) => name)
const aws = operations.filter(({ service }) => service !== 'penstock').map(({ name }) => name)

const form = { 'content-type': 'application/x-www-form-urlencoded' }

const pages = [
  ...[
    '/',
    '/access-keys',
    '/activity',
    '/audit',
    '/create',
    '/environments',
    '/inbox',
    '/plugins',
    '/secrets',
    '/users',
  ],
  ...['/access-keys/@/delete', '/pipelines/@/delete', '/pipelines/@/edit', '/pipelines/@/start', '/pipelines/@/stop'],
  ...['/pipelines/@/stages/@/rollback', '/pipelines/@/stages/@/disable', '/pipelines/@/stages/@/enable', '/theme'],
  ...['/pipelines/@/stages/@/override', '/pipelines/@/stages/@/retry', '/pipelines/@/stages/@/actions/@/approval'],
  ...['/secrets/@/delete', '/users/@/delete', '/users/@/password', '/users/@/policies', '/users/@/sessions/end'],
  ...['/users/@/status', '/live', '/pipelines/@/actions/@', '/pipelines/@/actions/@/log/lines', '/sources', '/workers'],
  ...['/pipelines/@/executions/@', '/pipelines/@/history', '/pipelines/@/executions/@/artifacts/@/file', '/docs/@'],
]
const fields = [
  ...['name', 'value', 'user', 'password', 'policies', 'policy', 'pipelines', 'stages', 'enabled', 'reason', 'token'],
  ...['definition', 'json', 'yaml', 'execution', 'mode', 'summary', 'decision', 'to', 'theme', 'from', 'limit', 'page'],
  ...['q', 'file', 'path', 'nextToken', 'status', 'key', 'stage', 'action', 'variables', 'commit', 'abandon', 'again'],
]

/** Where it all goes. */
export interface Doors {
  readonly address: string
  readonly bucket: string
  /** The path of a webhook that takes deliveries from anybody. */
  readonly webhook: string
}

/** Sends requests by their numbers; each answers its status. */
export class Nonsense {
  readonly #client: SignedClient

  constructor(readonly doors: Doors) {
    this.#client = new SignedClient(doors.address)
  }

  async unsigned(n: number): Promise<number> {
    const random = new Random(n)
    const body = bodyOf(random)
    const signature = `AWS4-HMAC-SHA256 Credential=AKIA${n}/20260101/us-east-1/codepipeline/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(n % 65)}`
    const target = { 'x-amz-target': `Penstock_20240101.${own[n % own.length]}${n % 11 === 0 ? '\u00e9' : ''}` }
    const requests: readonly (readonly [path: string, headers: Record<string, string>, body: string])[] = [
      ['/', target, body],
      ['/', { ...target, authorization: signature }, body],
      ['/sign-in', { ...form, 'content-encoding': n % 2 ? 'br' : 'x' }, `user=${n}`],
      ['/sign-in', form, `_csrf=${n}&user=admin&password=${'x'.repeat(n % 90_000)}`],
      [`/webhooks/${'a'.repeat(n % 80)}`, { 'x-forwarded-for': `${n}.1.1.1` }, body],
      ['/', { ...form, authorization: signature }, `Action=GetCallerIdentity&Version=${n}`],
      [`/${this.doors.bucket}/${random.pick(['a', '%2e%2e', '%00', ''])}?X-Amz-Signature=${n}`, {}, body],
    ]
    const [path, headers, sent] = requests[n % requests.length] ?? ['/', {}, '']
    return this.#send(path, { method: 'POST', headers, body: sent })
  }

  /** A webhook's delivery: whoever knows its address may send anything. */
  async delivery(n: number): Promise<number> {
    const random = new Random(n)
    const names = ['push', 'pull_request', 'ping', 'create', '__proto__', '']
    const headers = {
      'content-type': random.pick(['application/json', 'application/x-www-form-urlencoded', 'x']),
      ...(random.int(0, 2) === 0 ? {} : { 'x-github-event': random.pick(names), 'x-github-delivery': String(n) }),
    }
    return this.#send(this.doors.webhook, { method: 'POST', headers, body: bodyOf(random) })
  }

  /** An operation of ours or of AWS's, an object of the bucket, or another service; with a good signature. */
  async signed(n: number, keys: SigningKeys): Promise<number> {
    const random = new Random(n)
    const json = (target: string): Partial<SignedRequest> => ({
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    })
    const method = random.pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])
    const key = random.pick(['a', 'a/b', '%2e%2e/%2e%2e', 'x'.repeat(1_100), '%00', ''])
    const query = random.pick([
      '',
      '?uploads',
      '?uploadId=x&partNumber=0',
      '?delete',
      '?list-type=2&max-keys=x',
      '?acl',
    ])
    const kinds: readonly Partial<SignedRequest>[] = [
      json(`Penstock_20240101.${random.pick(own)}`),
      json(`CodePipeline_20150709.${random.pick(aws)}`),
      { service: 's3', method, path: `/${this.doors.bucket}/${key}${query}` },
      { service: 'sts' as never, headers: form, body: Buffer.from(`Action=${random.pick(texts)}&Version=2011-06-15`) },
      { service: 'x' as never, method, path: `/${encodeURIComponent(random.pick(texts))}` },
    ]
    const answer: IncomingMessage = await this.#client.send({
      ...{ method: 'POST', path: '/', service: 'codepipeline', region: 'us-east-1', keys },
      ...{ body: Buffer.from(bodyOf(random)), silence: 30_000, signal: AbortSignal.timeout(60_000) },
      ...random.pick([0, 0, 1, 1, 2, 2, 3, 4].map((kind) => kinds[kind] ?? {})),
    })
    for await (const _ of answer);
    return answer.statusCode ?? 0
  }

  /** A page, or one of its forms with the right token. */
  async page(n: number, session: string): Promise<number> {
    const random = new Random(n)
    const path = random.pick(pages).replaceAll('@', () => encodeURIComponent(random.pick(texts)))
    const values = fieldsOf(random, fields)
    const headers = { cookie: `penstock_session=${session}` }
    if (random.int(0, 2) === 0) return this.#send(`${path}?${new URLSearchParams(values)}`, { headers })
    const _csrf = tokenOf(session)
    const body = new URLSearchParams({ ...values, _csrf })
    return this.#send(path, { method: 'POST', headers: { ...headers, ...form }, body: body.toString() })
  }

  close(): void {
    this.#client.close()
  }

  async #send(path: string, init: RequestInit): Promise<number> {
    const gone = new AbortController()
    const answer = await fetch(`${this.doors.address}${path}`, { ...init, redirect: 'manual', signal: gone.signal })
    if (answer.headers.get('content-type')?.startsWith('text/event-stream')) gone.abort()
    else await answer.arrayBuffer()
    return answer.status
  }
}
