import { crc32 } from 'node:zlib'
import { ArtifactError } from '../../domain/artifact-error.js'
import { readAt } from './deflate.js'
import { extraField, max16, max32, signature } from './format.js'
import { decodeName } from './names.js'

/** One record of a central directory, as its maker wrote it. */
export interface DirectoryRecord {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly size: number
  readonly compressedSize: number
  /** Of the local header, in the file. */
  readonly offset: number
  /** The whole Unix mode; 0 when the zip was made by a system without modes. */
  readonly mode: number
  /** Seconds since the epoch. */
  readonly modified: number
}

export interface ZipDirectory {
  readonly records: readonly DirectoryRecord[]
  /** Where the entries end, in the file. */
  readonly start: number
}

function invalid(message: string): ArtifactError {
  return new ArtifactError('ArtifactInvalid', message)
}

/** Reads the whole table of contents. Errors: ArtifactInvalid (not a zip, truncated, damaged); ArtifactTooLarge. */
export function readDirectory(fd: number, fileSize: number, maxEntries: number): ZipDirectory {
  const end = findEnd(fd, fileSize)
  if (end.count > maxEntries) {
    throw new ArtifactError('ArtifactTooLarge', `the zip has ${end.count} entries; at most ${maxEntries} are allowed`)
  }
  const start = end.position - end.size
  // What stands before the zip (a self-extractor's program) shifts every offset by the same distance.
  const shift = start - end.offset
  if (start < 0 || shift < 0) throw invalid('the zip is damaged: its table of contents lies outside of the file')
  const bytes = Buffer.allocUnsafe(end.size)
  if (readAt(fd, bytes, start) < end.size) throw invalid('the zip is truncated inside its table of contents')
  return { records: readRecords(bytes, end.count, shift), start }
}

interface End {
  readonly count: number
  readonly size: number
  /** Of the central directory, as the zip's maker counted. */
  readonly offset: number
  /** Where the central directory must end, in the file. */
  readonly position: number
}

/** The end record stands last, before a comment of up to 64 KB that may itself look like one. */
function findEnd(fd: number, fileSize: number): End {
  const tail = Buffer.allocUnsafe(Math.min(fileSize, 22 + max16))
  const tailStart = fileSize - readAt(fd, tail, fileSize - tail.length)
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== signature.end || at + 22 + tail.readUInt16LE(at + 20) > tail.length) continue
    return readEnd(fd, tail.subarray(at), tailStart + at)
  }
  throw invalid(
    fileSize === 0 ? 'the zip is empty: 0 bytes' : 'this is not a zip, or it is truncated: it has no end record',
  )
}

function readEnd(fd: number, record: Buffer, position: number): End {
  const count = record.readUInt16LE(10)
  const size = record.readUInt32LE(12)
  const offset = record.readUInt32LE(16)
  if (record.readUInt16LE(4) !== record.readUInt16LE(6)) throw invalid('the zip is split into several files')
  const locator = Buffer.alloc(20)
  const hasLocator = position >= 20 && readAt(fd, locator, position - 20) === 20
  if (!hasLocator || locator.readUInt32LE(0) !== signature.locator64) return { count, size, offset, position }
  return readEnd64(fd, Number(locator.readBigUInt64LE(8)), position)
}

/** The wide record lies where its locator says, or, with something before the zip, right in front of the locator. */
function readEnd64(fd: number, offset: number, position: number): End {
  for (const at of [offset, position - 20 - 56]) {
    const record = Buffer.alloc(56)
    if (at < 0 || at > position || readAt(fd, record, at) < 56 || record.readUInt32LE(0) !== signature.end64) continue
    return {
      count: Number(record.readBigUInt64LE(32)),
      size: Number(record.readBigUInt64LE(40)),
      offset: Number(record.readBigUInt64LE(48)),
      position: at,
    }
  }
  throw invalid('the zip is damaged: its zip64 end record is missing')
}

function readRecords(bytes: Buffer, count: number, shift: number): DirectoryRecord[] {
  const records: DirectoryRecord[] = []
  let at = 0
  while (records.length < count) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== signature.central) {
      throw invalid(`the zip is damaged: entry ${records.length + 1} of ${count} is missing in its table of contents`)
    }
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28)
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30)
    const next = extraEnd + bytes.readUInt16LE(at + 32)
    if (next > bytes.length) throw invalid('the zip is truncated inside its table of contents')
    records.push(readRecord(bytes.subarray(at, extraEnd), nameEnd - at, shift))
    at = next
  }
  return records
}

function readRecord(record: Buffer, nameEnd: number, shift: number): DirectoryRecord {
  const host = record.readUInt8(5)
  const flags = record.readUInt16LE(8)
  const extra = readExtra(record.subarray(nameEnd))
  const nameBytes = record.subarray(46, nameEnd)
  const wide = wideNumbers(record, extra.get(extraField.zip64))
  const name = unicodePath(nameBytes, extra.get(extraField.unicodePath)) ?? decodeName(nameBytes, (flags & 0x800) !== 0)
  return {
    // DOS and Windows tools of old wrote backslashes; on Unix a backslash is a letter like others.
    name: host !== 3 && !name.includes('/') ? name.replaceAll('\\', '/') : name,
    flags,
    method: record.readUInt16LE(10),
    crc: record.readUInt32LE(16),
    ...wide,
    offset: wide.offset + shift,
    mode: host === 3 || host === 19 ? record.readUInt32LE(38) >>> 16 : 0,
    modified: modified(extra.get(extraField.timestamp), record.readUInt16LE(14), record.readUInt16LE(12)),
  }
}

function readExtra(bytes: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>()
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt16LE(at + 2)
    if (end > bytes.length) break
    fields.set(bytes.readUInt16LE(at), bytes.subarray(at + 4, end))
    at = end
  }
  return fields
}

/** zip64's field holds, in this order, only those numbers whose 32-bit field is full. */
function wideNumbers(
  record: Buffer,
  field: Buffer | undefined,
): { size: number; compressedSize: number; offset: number } {
  let at = 0
  const widen = (narrow: number) => {
    if (narrow !== max32 || field === undefined) return narrow
    if (at + 8 > field.length) throw invalid('the zip is damaged: a zip64 field is too short')
    at += 8
    return Number(field.readBigUInt64LE(at - 8))
  }
  const size = widen(record.readUInt32LE(24))
  const compressedSize = widen(record.readUInt32LE(20))
  return { size, compressedSize, offset: widen(record.readUInt32LE(42)) }
}

/** Info-ZIP's second spelling of a name, good only while it belongs to the first. */
function unicodePath(name: Buffer, field: Buffer | undefined): string | undefined {
  if (field === undefined || field.length < 5 || field.readUInt8(0) !== 1) return undefined
  return field.readUInt32LE(1) === crc32(name) ? field.toString('utf8', 5) : undefined
}

/** The extended timestamp where there is one; its sign bit is a year from 2038 on when the DOS date says so. */
function modified(field: Buffer | undefined, date: number, time: number): number {
  const stamp = timestamp(field)
  if (stamp === undefined) return dosTime(date, time)
  return stamp < 0 && 1980 + (date >> 9) >= 2038 ? stamp + 2 ** 32 : stamp
}

function timestamp(field: Buffer | undefined): number | undefined {
  if (field === undefined || field.length < 5 || (field.readUInt8(0) & 1) === 0) return undefined
  return field.readInt32LE(1)
}

/** DOS time has no zone: the local one is what its makers meant. */
function dosTime(date: number, time: number): number {
  const at = new Date(
    1980 + (date >> 9),
    ((date >> 5) & 15) - 1,
    date & 31,
    time >> 11,
    (time >> 5) & 63,
    (time & 31) * 2,
  )
  return Math.max(Math.floor(at.getTime() / 1000), 0)
}
