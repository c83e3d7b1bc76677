/** HTTP requests signed with AWS Signature Version 4, as every server that speaks AWS's protocols checks them. */

import { createHash, createHmac } from 'node:crypto'
import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http'
import { Agent as HttpsAgent, request as overHttps } from 'node:https'
import { rootCertificates } from 'node:tls'
import { defined } from '../domain/defined.js'

export interface SigningKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface SignedRequest {
  readonly method: string
  /** Encoded, with its leading slash. */
  readonly path: string
  readonly service: 'codepipeline' | 's3'
  readonly region: string
  readonly keys: SigningKeys
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Buffer | FileBody
  /** Milliseconds without a byte either way after which it counts as failed. */
  readonly silence: number
  readonly signal: AbortSignal
}

/** A body that is sent from its file. */
export interface FileBody {
  readonly size: number
  /** SHA-256 in hexadecimal. */
  readonly hash: string
  open(): NodeJS.ReadableStream
}

/** Sends to one endpoint over connections that are kept; a clock that differs from the server's is allowed for. */
export class SignedClient {
  readonly #base: URL
  readonly #agent: HttpAgent
  /** What to add to this machine's clock, milliseconds. */
  #skew = 0

  /** `ca`: certificates in PEM that are trusted besides those that Node trusts. */
  constructor(endpoint: string, ca?: string) {
    this.#base = new URL(endpoint)
    const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
    this.#agent =
      this.#base.protocol === 'https:'
        ? new HttpsAgent({ keepAlive: true, ...trusted })
        : new HttpAgent({ keepAlive: true })
  }

  /**
   * The answer's head; its body is the caller's to read. What was refused while the clocks were found to differ is sent
   * once more. Errors: the connection's, a silence, the signal's reason.
   */
  async send(wanted: SignedRequest): Promise<IncomingMessage> {
    const skew = this.#skew
    const answer = await this.#once(wanted)
    if (this.#skew === skew) return answer
    answer.resume()
    return this.#once(wanted)
  }

  #once(wanted: SignedRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { signal, body } = wanted
      if (signal.aborted) return reject(signal.reason)
      const headers = sign(wanted, this.#base.host, Date.now() + this.#skew)
      const open = this.#base.protocol === 'https:' ? overHttps : overHttp
      const { hostname, port } = this.#base
      const options = {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method: wanted.method,
        path: wanted.path,
        headers,
        agent: this.#agent,
      }
      const request = open(options, (answer) => {
        this.#compareClocks(answer)
        answer.once('close', () => signal.removeEventListener('abort', abort))
        resolve(answer)
      })
      const abort = () => request.destroy(signal.reason as Error)
      signal.addEventListener('abort', abort, { once: true })
      request.setTimeout(wanted.silence, () =>
        request.destroy(new Error(`no answer from ${this.#base.host} within ${wanted.silence} ms`)),
      )
      request.once('error', (error) => {
        signal.removeEventListener('abort', abort)
        reject(error)
      })
      if (Buffer.isBuffer(body)) request.end(body)
      else
        body
          .open()
          .on('error', (error) => request.destroy(error))
          .pipe(request)
    })
  }

  /** Lets the connections go. */
  close(): void {
    this.#agent.destroy()
  }

  /** A refusal may be for the time alone: the next try goes by the server's clock, as long as it is about the same. */
  #compareClocks({ statusCode = 0, headers }: IncomingMessage): void {
    const theirs = Date.parse(headers.date ?? '')
    if (statusCode < 400 || statusCode > 403 || Number.isNaN(theirs)) return
    const skew = theirs - Date.now()
    if (Math.abs(skew - this.#skew) > 60_000) this.#skew = Math.abs(skew) > 60_000 ? skew : 0
  }
}

/** A key's path in a bucket, encoded as S3 signs it. */
export function objectPath(bucket: string, key: string): string {
  return `/${[bucket, ...key.split('/')].map(encode).join('/')}`
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sign(wanted: SignedRequest, host: string, now: number): Record<string, string> {
  const { keys, region, service, body, method, path } = wanted
  const date = `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
  const hash = Buffer.isBuffer(body) ? sha256(body) : body.hash
  const headers: Record<string, string> = {
    ...wanted.headers,
    host,
    'x-amz-date': date,
    'x-amz-content-sha256': hash,
    ...defined({ 'x-amz-security-token': keys.sessionToken }),
  }
  const names = Object.keys(headers).sort()
  const canonical = `${method}\n${path}\n\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${hash}`
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`
  const key = ['aws4_request', service, region, date.slice(0, 8)].reduceRight<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${keys.secretAccessKey}`),
  )
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(Buffer.from(canonical))}`).toString('hex')
  const credential = `${keys.accessKeyId}/${scope}`
  return {
    ...headers,
    'content-length': String(Buffer.isBuffer(body) ? body.length : body.size),
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
