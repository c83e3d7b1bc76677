/** A client of the artifact bucket that costs little beside the server: bytes are made, digested and signed beforehand. */
import { createHash } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'
import { crc32 } from 'node:zlib'
import { hexHmac, hexSha256, scopeText, signingKey } from '../../../plugins/aws-api/src/sigv4/signing-key.js'
import { sign } from '../../../plugins/aws-api/test/sigv4/signer.js'

/** Where a server is, and who may use it. */
export interface Told {
  readonly url: string
  /** Of the object. */
  readonly path: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

type Headers = Record<string, string>
type Call = () => Promise<string>

const unit = 1024 * 1024
const partSize = 8 * unit
/** What the JavaScript SDK sends in one aws-chunked piece. */
const chunkSize = 64 * 1024
/** One MiB that does not compress; an object is it, again and again. */
const noise = Buffer.alloc(unit)
for (let i = 0, state = 1; i < unit; i++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  noise[i] = state >>> 24
}

export class BucketClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 })
  private readonly prepared = new Map<string, Call>()

  constructor(
    private readonly told: Told,
    private readonly bytes: number,
  ) {}

  ofSize(bytes: number): BucketClient {
    return new BucketClient(this.told, bytes)
  }

  /** Makes a call ready, so that nothing but sending and receiving is timed. */
  async prepare(kind: 'put-signed' | 'put-trailer' | 'put-chunks' | 'put-parts' | 'get'): Promise<Call> {
    const known = this.prepared.get(kind)
    if (known) return known
    const call = await this.make(kind)
    this.prepared.set(kind, call)
    return call
  }

  private async make(kind: string): Promise<Call> {
    switch (kind) {
      case 'get':
        return this.call('GET')
      case 'put-signed':
        return this.call('PUT', { 'x-amz-content-sha256': sha256Of(this.bytes) }, [...pieces(this.bytes)])
      case 'put-trailer':
        return this.call('PUT', trailerHeaders(this.bytes), framed(this.bytes))
      case 'put-chunks':
        return this.signedChunks()
      default:
        return () => this.parts()
    }
  }

  private async parts(): Promise<string> {
    const begun = await (await this.call('POST', {}, [], { uploads: '' }))()
    const uploadId = /<UploadId>(\w+)</.exec(begun)?.[1] ?? ''
    const numbers = Array.from({ length: Math.ceil(this.bytes / partSize) }, (_, index) => index + 1)
    const left = [...numbers]
    const line = async () => {
      for (let number = left.shift(); number !== undefined; number = left.shift()) {
        const size = Math.min(partSize, this.bytes - (number - 1) * partSize)
        const headers = { 'x-amz-content-sha256': sha256Of(size) }
        await (await this.call('PUT', headers, [...pieces(size)], { partNumber: String(number), uploadId }))()
      }
    }
    await Promise.all([line(), line(), line(), line()])
    const listed = await (await this.call('GET', {}, [], { uploadId }))()
    const xml = [...listed.matchAll(/<PartNumber>(\d+)<\/PartNumber>.*?<ETag>(.*?)<\/ETag>/g)]
      .map(([, number, value]) => `<Part><PartNumber>${number}</PartNumber><ETag>${value}</ETag></Part>`)
      .join('')
    const body = Buffer.from(`<CompleteMultipartUpload>${xml}</CompleteMultipartUpload>`)
    return (await this.call('POST', { 'x-amz-content-sha256': hexSha256(body) }, [body], { uploadId }))()
  }

  private async signedChunks(): Promise<Call> {
    const { credentials, region } = this.told
    const headers = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': String(this.bytes),
      'content-length': String(framedLength(this.bytes, signatureLength) - trailerLength),
    }
    const signed = await this.signed('PUT', headers)
    const date = String(signed['x-amz-date'])
    const scope = { date: date.slice(0, 8), region, service: 's3' }
    const key = signingKey(credentials.secretAccessKey, scope)
    let previous = /Signature=(\w+)/.exec(String(signed.authorization))?.[1] ?? ''
    const body: Buffer[] = []
    for (const chunk of [...pieces(this.bytes, chunkSize), Buffer.alloc(0)]) {
      const hashes = `${hexSha256('')}\n${hexSha256(chunk)}`
      previous = hexHmac(key, `AWS4-HMAC-SHA256-PAYLOAD\n${date}\n${scopeText(scope)}\n${previous}\n${hashes}`)
      body.push(Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`), chunk, Buffer.from('\r\n'))
    }
    return this.sending('PUT', signed, body)
  }

  private async call(method: string, headers: Headers = {}, body: readonly Buffer[] = [], query: Headers = {}) {
    const size = body.reduce((sum, { length }) => sum + length, 0)
    const more = method === 'GET' ? headers : { 'content-length': String(size), ...headers }
    return this.sending(method, await this.signed(method, more, query), body, query)
  }

  private signed(method: string, headers: Headers, query: Headers = {}): Promise<Headers> {
    const { url, path, region, credentials } = this.told
    const all = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers }
    return sign(new URL(url).host, { method, path, query, headers: all, region, credentials, service: 's3' })
  }

  private sending(method: string, headers: Headers, body: readonly Buffer[], query: Headers = {}): Call {
    const { port } = new URL(this.told.url)
    const path = `${this.told.path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ''}`
    return async () => {
      const sent = request({ agent: this.agent, host: '127.0.0.1', port, method, path, headers })
      const answered = new Promise<IncomingMessage>((resolve, reject) =>
        sent.on('response', resolve).on('error', reject),
      )
      for (const piece of body) {
        if (!sent.write(piece)) await new Promise((resolve) => sent.once('drain', resolve))
      }
      sent.end()
      const answer = await answered
      let text = ''
      for await (const piece of answer) if (answer.headers['content-type'] === 'application/xml') text += piece
      if (answer.statusCode === 200) return text
      throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`)
    }
  }
}

function* pieces(bytes: number, size = unit): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= size) yield noise.subarray(0, Math.min(size, left))
}

const digests = new Map<number, string>()

function sha256Of(bytes: number): string {
  const known = digests.get(bytes)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  for (const piece of pieces(bytes)) hash.update(piece)
  const digest = hash.digest('hex')
  digests.set(bytes, digest)
  return digest
}

const signatureLength = ';chunk-signature='.length + 64
const trailerLength = 'x-amz-checksum-crc32:AAAAAA==\r\n'.length

function framedLength(bytes: number, perChunk = 0): number {
  let length = 1 + perChunk + 2 + trailerLength + 2
  for (const { length: size } of pieces(bytes, chunkSize)) length += size.toString(16).length + perChunk + 4 + size
  return length
}

function trailerHeaders(bytes: number): Headers {
  return {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'content-encoding': 'aws-chunked',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'x-amz-decoded-content-length': String(bytes),
    'content-length': String(framedLength(bytes)),
  }
}

function framed(bytes: number): Buffer[] {
  const body: Buffer[] = []
  let crc = 0
  for (const chunk of pieces(bytes, chunkSize)) {
    crc = crc32(chunk, crc)
    body.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  const value = Buffer.alloc(4)
  value.writeUInt32BE(crc)
  body.push(Buffer.from(`0\r\nx-amz-checksum-crc32:${value.toString('base64')}\r\n\r\n`))
  return body
}
