/** An independent signer: Smithy's, which AWS's own JavaScript clients use. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import { key, region } from '../support/server.js'

class Sha256 {
  private readonly hash: Hash | Hmac
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string)
  }
  update(data: Uint8Array | string) {
    this.hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.hash.digest())
  }
  reset() {}
}

export interface ToSign {
  readonly method?: string
  readonly path?: string
  readonly query?: Record<string, string | string[]>
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  readonly at?: Date
  readonly region?: string
  readonly service?: string
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

function signer(options: ToSign) {
  return new SignatureV4({
    credentials: options.credentials ?? key,
    region: options.region ?? region,
    service: options.service ?? 'codepipeline',
    sha256: Sha256 as never,
    uriEscapePath: false,
    applyChecksum: options.service === 's3',
  })
}

function request(host: string, options: ToSign) {
  return new HttpRequest({
    method: options.method ?? 'POST',
    path: options.path ?? '/',
    query: options.query ?? {},
    headers: { host, ...options.headers },
    body: options.body ?? '',
  })
}

/** The headers of a signed request. */
export async function sign(host: string, options: ToSign): Promise<Record<string, string>> {
  const signed = await signer(options).sign(request(host, options), { signingDate: options.at ?? new Date() })
  return signed.headers
}

/** The query of a presigned URL. */
export async function presign(host: string, options: ToSign, expiresIn: number): Promise<URLSearchParams> {
  const signed = await signer(options).presign(request(host, options), {
    signingDate: options.at ?? new Date(),
    expiresIn,
  })
  return new URLSearchParams(signed.query as Record<string, string>)
}
