import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ArtifactLocation } from '../../domain/artifact.js'
import { ArtifactError } from '../../domain/artifact-error.js'
import { headerSize, magic, ObjectCipher, pieceCount, pieceSize, plainSize, sealedSize } from './cipher.js'

/** Inclusive at both ends, in bytes. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** An object's file, opened: whatever takes its place meanwhile, this is what is read. */
export interface OpenObject {
  /** Of the object. */
  readonly size: number
  readonly fileSize: number
  /** Epoch milliseconds. */
  readonly modified: number
  /** A stream of the bytes; closes the file when it ends. */
  read(range?: ByteRange): Readable
  close(): Promise<void>
}

/**
 * Looks at an opened file: plain, or sealed.
 * Errors: ArtifactInvalid when it is sealed and there is no key, or it is cut off.
 */
export async function openObject(
  file: FileHandle,
  at: ArtifactLocation,
  masterKey: Buffer | undefined,
): Promise<OpenObject | undefined> {
  const stat = await file.stat()
  if (!stat.isFile()) return undefined
  const header = Buffer.alloc(headerSize)
  const { bytesRead } = await file.read(header, 0, headerSize, 0)
  const isSealed = bytesRead === headerSize && header.subarray(0, magic.length).equals(magic)
  const common = { fileSize: stat.size, modified: Math.round(stat.mtimeMs), close: () => file.close() }
  if (!isSealed) return { ...common, size: stat.size, read: (range) => readPlain(file, stat.size, range) }
  if (masterKey === undefined) {
    throw new ArtifactError('ArtifactInvalid', `the object '${at.key}' is encrypted, and no key is configured`)
  }
  const cipher = ObjectCipher.open(masterKey, header, at)
  const size = plainSize(stat.size)
  return { ...common, size, read: (range) => closing(file, readSealed(file, stat.size, cipher, clip(size, range))) }
}

function clip(size: number, range: ByteRange | undefined): ByteRange {
  return { start: range?.start ?? 0, end: Math.min(range?.end ?? size - 1, size - 1) }
}

function readPlain(file: FileHandle, size: number, range: ByteRange | undefined): Readable {
  const { start, end } = clip(size, range)
  if (start > end) return closing(file, [])
  return file.createReadStream({ start, end, highWaterMark: 256 * 1024 })
}

/** A stream that closes the file also when nobody ever reads it to its end. */
function closing(file: FileHandle, pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Readable {
  const stream = Readable.from(pieces)
  stream.once('close', () => {
    file.close().catch(() => undefined)
  })
  return stream
}

/** So many pieces are read at once, and the next ones while these are opened. */
const batchPieces = 16

async function* readSealed(
  file: FileHandle,
  fileSize: number,
  cipher: ObjectCipher,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  const count = pieceCount(fileSize)
  // Of an empty object, too, the seal is checked.
  const last = Math.min(Math.floor(Math.max(end, 0) / pieceSize), count - 1)
  const read = (index: number) => {
    const position = headerSize + index * sealedSize
    const pieces = Math.min(batchPieces, last + 1 - index)
    const batch = readFully(file, Math.min(pieces * sealedSize, fileSize - position), position)
    batch.catch(() => undefined)
    return batch
  }
  const first = Math.floor(start / pieceSize)
  let next = read(first)
  for (let index = first; index <= last; index += batchPieces) {
    const sealed = await next
    if (index + batchPieces <= last) next = read(index + batchPieces)
    const plain: Buffer[] = []
    for (let at = 0, piece = index; at < sealed.length; at += sealedSize, piece++) {
      plain.push(cipher.unseal(sealed.subarray(at, at + sealedSize), piece, piece === count - 1))
    }
    const offset = index * pieceSize
    const wanted = Buffer.concat(plain).subarray(Math.max(start - offset, 0), Math.max(end + 1 - offset, 0))
    if (wanted.length > 0) yield wanted
  }
}

/** So many bytes of a file. Errors: ArtifactInvalid when it ends sooner. */
async function readFully(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) throw new ArtifactError('ArtifactInvalid', 'a sealed object was cut off while it was read')
    filled += bytesRead
  }
  return bytes
}

/** The MD5 of a whole object: for one that has no note. */
export async function md5Of(object: OpenObject): Promise<string> {
  const hash = createHash('md5')
  for await (const chunk of object.read()) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
