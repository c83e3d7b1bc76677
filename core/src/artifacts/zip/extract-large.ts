import { closeSync, openSync, writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { ArtifactError } from '../../domain/artifact-error.js'
import { readAt } from './deflate.js'
import { createOnly, dataStart, type PlacedFile, settle } from './extract.js'
import { method } from './format.js'

const chunk = 256 * 1024

export interface ExtractLargeInput {
  readonly fd: number
  readonly folder: string
  readonly file: PlacedFile
}

/** Unpacks one large file piece by piece: memory does not grow with it. Errors: ArtifactInvalid, naming the entry. */
export async function extractLarge({ fd, folder, file }: ExtractLargeInput): Promise<void> {
  const header = Buffer.alloc(30)
  const start = file.offset + dataStart(file.path, header.subarray(0, readAt(fd, header, file.offset)))
  if (start + file.compressedSize > file.end) throw problem(file, 'is truncated, or overlaps another entry')
  const output = openSync(`${folder}/${file.path}`, createOnly, 0o600)
  try {
    await copy(readPieces(fd, file, start), output, file)
    settle(output, file)
  } finally {
    closeSync(output)
  }
}

function* readPieces(fd: number, file: PlacedFile, start: number): Generator<Buffer> {
  for (let done = 0; done < file.compressedSize; done += chunk) {
    const piece = Buffer.allocUnsafe(Math.min(chunk, file.compressedSize - done))
    if (readAt(fd, piece, start + done) < piece.length) throw problem(file, 'is truncated')
    yield piece
  }
}

async function copy(pieces: Iterable<Buffer>, output: number, file: PlacedFile): Promise<void> {
  let refused: unknown
  const write = (source: AsyncIterable<Buffer>) =>
    writeChecked(source, output, file).catch((error: unknown) => {
      refused = error
      throw error
    })
  try {
    if (file.method === method.stored) await pipeline(Readable.from(pieces), write)
    else await pipeline(Readable.from(pieces), createInflateRaw({ chunkSize: chunk }), write)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_')) throw problem(file, `cannot be inflated: ${message}`)
    // pipeline reports the streams that it tore down rather than what made it do so.
    throw refused ?? error
  }
}

/** Writes bytes while they agree with what was declared. Blocking writes are fine here: the thread has nothing else to do. */
async function writeChecked(source: AsyncIterable<Buffer>, output: number, file: PlacedFile): Promise<void> {
  let size = 0
  let crc = 0
  for await (const data of source) {
    size += data.length
    if (size > file.size) throw problem(file, `has more than the ${file.size} bytes that were declared`)
    crc = crc32(data, crc)
    for (let written = 0; written < data.length; ) written += writeSync(output, data, written)
  }
  if (size !== file.size) throw problem(file, `has ${size} bytes where ${file.size} were declared`)
  if (crc !== file.crc) throw problem(file, 'does not have the checksum that was declared')
}

function problem(file: PlacedFile, why: string): Error {
  return new ArtifactError('ArtifactInvalid', `the zip is damaged: the entry '${file.path}' ${why}`)
}
