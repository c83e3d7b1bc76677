/** A stream that lets bytes through, counts and digests them, and fails at its end when they are not what was promised. */
import { createHash, type Hash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { type ChecksumName, checksumHeader, checksumNames, type Digest, newDigest } from './checksums.js'
import { S3Error } from './s3-error.js'

export interface Promised {
  /** Bytes, where known. */
  readonly length?: number
  /** Hexadecimal, from x-amz-content-sha256. */
  readonly sha256?: string
  /** Base64, from Content-MD5. */
  readonly md5?: string
  /** Base64, from x-amz-checksum-NAME. */
  readonly checksums: ReadonlyMap<ChecksumName, string>
  /** Checksums that the trailer will bring, and where it will be found once the body has ended. */
  readonly inTrailer: readonly ChecksumName[]
  readonly trailers?: ReadonlyMap<string, string>
}

export class CheckedBody extends Transform {
  size = 0
  private readonly md5: Hash | undefined
  private readonly sha256: Hash | undefined
  private readonly digests: ReadonlyMap<ChecksumName, Digest>
  private readonly found = new Map<ChecksumName, string>()

  constructor(private readonly promised: Promised) {
    super({ highWaterMark: 256 * 1024 })
    this.md5 = promised.md5 === undefined ? undefined : createHash('md5')
    this.sha256 = promised.sha256 === undefined ? undefined : createHash('sha256')
    const wanted = checksumNames.filter((name) => promised.checksums.has(name) || promised.inTrailer.includes(name))
    this.digests = new Map(wanted.map((name) => [name, newDigest(name)]))
  }

  /** What was promised and found true, for the answer and for those who read the object; once the stream has ended. */
  checksums(): ReadonlyMap<ChecksumName, string> {
    return this.found
  }

  override _transform(data: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.size += data.length
    if (this.promised.length !== undefined && this.size > this.promised.length) {
      done(wrongLength())
      return
    }
    this.md5?.update(data)
    this.sha256?.update(data)
    for (const digest of this.digests.values()) digest.update(data)
    done(null, data)
  }

  override _flush(done: TransformCallback): void {
    try {
      this.check()
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  private check(): void {
    const { length, sha256, md5, checksums, trailers } = this.promised
    if (length !== undefined && this.size !== length) throw wrongLength()
    if (this.md5 && this.md5.digest('base64') !== md5) throw badDigest('Content-MD5')
    if (this.sha256 && this.sha256.digest('hex') !== sha256) {
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        400,
      )
    }
    for (const name of trailers?.keys() ?? []) {
      if (
        name.startsWith('x-amz-checksum-') &&
        !this.promised.inTrailer.some((each) => checksumHeader(each) === name)
      ) {
        throw malformedTrailer(`${name} was not announced in x-amz-trailer`)
      }
    }
    for (const [name, running] of this.digests) {
      const header = checksumHeader(name)
      const wanted = checksums.get(name) ?? trailers?.get(header)
      if (wanted === undefined) throw malformedTrailer(`it lacks ${header}`)
      const value = running.digest().toString('base64')
      if (wanted !== value) throw badDigest(header)
      this.found.set(name, value)
    }
  }
}

const wrongLength = () =>
  new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    400,
  )
const malformedTrailer = (why: string) =>
  new S3Error('MalformedTrailerError', `The trailer of the body is not what its headers announced: ${why}.`, 400)
const badDigest = (header: string) =>
  new S3Error('BadDigest', `The ${header} you specified did not match what we received.`, 400)
