/**
 * Takes the framing off an `aws-chunked` body: `SIZE[;chunk-signature=HEX]\r\n DATA \r\n ... 0\r\n TRAILERS \r\n`.
 * Signed chunks are checked one by one, each against the one before it; what was passed on before a bad one is thrown
 * away by the store, which keeps an object whole or not at all.
 */
import { createHash, type Hash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import type { Claim } from '../sigv4/claim.js'
import { hexHmac, hexSha256, scopeText } from '../sigv4/signing-key.js'
import { sameText } from '../sigv4/verify.js'
import { S3Error } from './s3-error.js'

/** How chunks are signed, if they are. */
export interface ChunkSigner {
  readonly claim: Claim
  readonly key: Buffer
}

/** No header line or trailer of a well-meant client is longer. */
const longestLine = 1024
const longestTrailer = 8192
const nothing = Buffer.alloc(0)

export class AwsChunked extends Transform {
  /** Lower-case names and values; complete once the stream has ended. */
  readonly trailers = new Map<string, string>()
  private state: 'header' | 'data' | 'data end' | 'trailer' | 'done' = 'header'
  private pending: Buffer = nothing
  private left = 0
  private hash: Hash | undefined
  private chunkSignature = ''
  private trailerText = ''
  private trailerSize = 0

  constructor(
    private readonly signer: ChunkSigner | undefined,
    private previous = signer?.claim.signature ?? '',
  ) {
    super({ highWaterMark: 256 * 1024 })
  }

  override _transform(data: Buffer, _: BufferEncoding, done: TransformCallback): void {
    try {
      this.unframe(this.pending.length === 0 ? data : Buffer.concat([this.pending, data]))
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.state === 'done' ? null : incomplete())
  }

  private unframe(input: Buffer): void {
    let at = 0
    this.pending = nothing
    while (at < input.length) {
      if (this.state === 'data') {
        at += this.takeData(input, at)
        continue
      }
      const end = input.indexOf('\r\n', at)
      if (end < 0) {
        if (input.length - at > longestLine) throw malformed('a line of it has no end')
        // A copy: a slice would keep the whole network buffer alive.
        this.pending = Buffer.from(input.subarray(at))
        return
      }
      this.takeLine(input.toString('latin1', at, end))
      at = end + 2
    }
  }

  private takeData(input: Buffer, at: number): number {
    const piece = input.subarray(at, at + this.left)
    this.left -= piece.length
    this.hash?.update(piece)
    this.push(piece)
    if (this.left === 0) this.state = 'data end'
    return piece.length
  }

  private takeLine(line: string): void {
    switch (this.state) {
      case 'header':
        this.startChunk(line)
        break
      case 'data end':
        if (line !== '') throw malformed('a chunk is longer than it says')
        this.checkChunk()
        this.state = 'header'
        break
      case 'trailer':
        if (line === '') this.endTrailers()
        else this.takeTrailer(line)
        break
      default:
        throw malformed('something follows its last chunk')
    }
  }

  private startChunk(line: string): void {
    const parts = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
    if (!parts) throw malformed('a chunk does not begin with its size')
    this.left = Number.parseInt(parts[1] ?? '', 16)
    this.chunkSignature = parts[2] ?? ''
    this.hash = this.signer && createHash('sha256')
    if (this.left > 0) {
      this.state = 'data'
      return
    }
    this.checkChunk()
    this.state = 'trailer'
  }

  private checkChunk(): void {
    if (!this.signer || !this.hash) return
    this.check('AWS4-HMAC-SHA256-PAYLOAD', `${hexSha256('')}\n${this.hash.digest('hex')}`, this.chunkSignature)
    this.hash = undefined
  }

  private takeTrailer(line: string): void {
    this.trailerSize += line.length
    if (this.trailerSize > longestTrailer) throw malformed('its trailer is too long')
    const at = line.indexOf(':')
    if (at < 1) throw malformed('a trailer is not NAME:VALUE')
    const name = line.slice(0, at).trim().toLowerCase()
    const value = line.slice(at + 1).trim()
    this.trailers.set(name, value)
    if (name !== 'x-amz-trailer-signature') this.trailerText += `${name}:${value}\n`
  }

  private endTrailers(): void {
    this.state = 'done'
    const signature = this.trailers.get('x-amz-trailer-signature')
    if (!this.signer || (this.trailerText === '' && signature === undefined)) return
    this.check('AWS4-HMAC-SHA256-TRAILER', hexSha256(this.trailerText), signature ?? '')
  }

  private check(algorithm: string, hashes: string, given: string): void {
    const { claim, key } = this.signer as ChunkSigner
    const wanted = hexHmac(key, `${algorithm}\n${claim.date}\n${scopeText(claim.scope)}\n${this.previous}\n${hashes}`)
    if (!sameText(wanted, given)) {
      throw new S3Error(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided for a chunk of the body.',
        403,
      )
    }
    this.previous = given
  }
}

const malformed = (why: string) =>
  new S3Error('InvalidRequest', `The body is not well-formed aws-chunked data: ${why}.`, 400)
const incomplete = () =>
  new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    400,
  )
