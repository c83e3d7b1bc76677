import { closeSync, fstatSync, readSync } from 'node:fs'
import { crc32, deflateRawSync, constants as zlib } from 'node:zlib'
import { ArtifactError } from '../../domain/artifact-error.js'
import { localHeader, method, type ZipEntry } from './format.js'
import { openInside } from './open-inside.js'
import type { PlannedEntry } from './plan-folder.js'
import { reading } from './unreadable.js'

/** Fast rather than small: artifacts are read about as often as they are written. */
const level = 1
const chunkSize = 64 * 1024

/** Formats that are compressed already: trying again costs time and gains nothing. */
const compressedNames =
  /\.(7z|avif|br|bz2|docx|gif|gz|jar|jpe?g|lz4|m4a|mov|mp[34]|ogg|png|rpm|tgz|war|web[mp]|whl|woff2?|xlsx|xz|zip|zst)$/i

export interface DeflateFilesInput {
  readonly folder: string
  readonly entries: readonly PlannedEntry[]
  /** As PackOptions has it. */
  readonly inside?: string | undefined
}

/** The bytes of whole entries, local headers included, and where each begins. */
export interface DeflatedFiles {
  readonly bytes: Uint8Array
  readonly entries: readonly { readonly entry: ZipEntry; readonly offset: number }[]
}

/** Packs small files, directories and links into memory. Errors: of the file system; ArtifactInvalid when one changed its kind. */
export function deflateFiles({ folder, entries, inside }: DeflateFilesInput): DeflatedFiles {
  const pieces: Uint8Array[] = []
  const packed: { entry: ZipEntry; offset: number }[] = []
  let offset = 0
  for (const planned of entries) {
    const { entry, data } = packEntry(folder, planned, inside)
    const header = localHeader(entry, false)
    packed.push({ entry, offset })
    pieces.push(header, data)
    offset += header.length + data.length
  }
  return { bytes: concat(pieces, offset), entries: packed }
}

const nothing = new Uint8Array(0)

function packEntry(
  folder: string,
  planned: PlannedEntry,
  inside: string | undefined,
): { entry: ZipEntry; data: Uint8Array } {
  const { path, mode, modified } = planned
  if (planned.kind === 'directory') {
    return { entry: { name: `${path}/`, mode, modified, method: 0, crc: 0, size: 0, compressedSize: 0 }, data: nothing }
  }
  const raw = planned.kind === 'link' ? Buffer.from(planned.target ?? '') : readWhole(folder, path, inside)
  const deflated =
    planned.kind === 'link' || raw.length < 32 || compressedNames.test(path) || looksRandom(raw)
      ? raw
      : deflateRawSync(raw, { level, chunkSize: Math.max(1024, raw.length >> 1) })
  const isSmaller = deflated.length < raw.length
  const data = isSmaller ? deflated : raw
  const sizes = { crc: crc32(raw), size: raw.length, compressedSize: data.length }
  return { entry: { name: path, mode, modified, method: isSmaller ? method.deflated : method.stored, ...sizes }, data }
}

const sampleSize = 512

/**
 * Whether the beginning and the middle hold almost all byte values there are, as what is compressed or encrypted does:
 * of 512 random bytes about 221 differ; of programs about 130, of text 60.
 */
function looksRandom(bytes: Buffer): boolean {
  if (bytes.length < 8 * sampleSize) return false
  const middle = bytes.length >> 1
  return distinct(bytes.subarray(0, sampleSize)) > 195 && distinct(bytes.subarray(middle, middle + sampleSize)) > 195
}

function distinct(bytes: Uint8Array): number {
  const seen = new Uint8Array(256)
  for (const byte of bytes) seen[byte] = 1
  return seen.reduce((sum, one) => sum + one, 0)
}

/** Opens what must still be a regular file: a link put in its place meanwhile is not followed. */
function openFile(folder: string, path: string, inside: string | undefined): number {
  return reading(path, () => openInside(`${folder}/${path}`, inside))
}

function readWhole(folder: string, path: string, inside: string | undefined): Buffer {
  const fd = openFile(folder, path, inside)
  try {
    const { size } = fstatSync(fd)
    const buffer = Buffer.allocUnsafe(size)
    return buffer.subarray(0, readAt(fd, buffer, 0))
  } catch (error) {
    throw new ArtifactError('ArtifactInvalid', `'${path}' cannot be read: ${(error as Error).message}`)
  } finally {
    closeSync(fd)
  }
}

/** Reads until the buffer is full or the file ends; answers how much there was. */
export function readAt(fd: number, buffer: Uint8Array, position: number): number {
  let filled = 0
  while (filled < buffer.length) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, position + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}

export interface DeflatePieceInput {
  readonly folder: string
  readonly path: string
  readonly start: number
  readonly length: number
  readonly last: boolean
  readonly stored: boolean
  /** As PackOptions has it. */
  readonly inside?: string | undefined
}

export interface DeflatedPiece {
  readonly bytes: Uint8Array
  readonly crc: number
}

/**
 * One piece of a large file. Each piece but the last ends on a byte boundary (a sync flush), so that the pieces,
 * one after the other, are a single deflate stream: that is how several threads share one file.
 * Errors: ArtifactInvalid when the file has become shorter.
 */
export function deflatePiece(input: DeflatePieceInput): DeflatedPiece {
  const raw = Buffer.allocUnsafeSlow(input.length)
  const fd = openFile(input.folder, input.path, input.inside)
  try {
    if (readAt(fd, raw, input.start) < input.length) {
      throw new ArtifactError('ArtifactInvalid', `'${input.path}' became shorter while it was being packed`)
    }
  } finally {
    closeSync(fd)
  }
  const crc = crc32(raw)
  if (input.stored) return { bytes: raw, crc }
  const finishFlush = input.last ? zlib.Z_FINISH : zlib.Z_SYNC_FLUSH
  const deflated = deflateRawSync(raw, { level, finishFlush, chunkSize: Math.max(chunkSize, input.length) })
  return { bytes: concat([deflated], deflated.length), crc }
}

/** In memory of its own, which can be handed to another thread without a copy. */
function concat(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
