/**
 * The zip format's records (PKWARE's APPNOTE, sections 4.3 and 4.5), as bytes. Written are only: stored or deflated,
 * UTF-8 names, made-by Unix with the mode in the external attributes, and zip64 where a number needs it.
 */

export const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const

export const method = { stored: 0, deflated: 8 } as const

/** Bits of a Unix mode that tell the kind of an entry. */
export const fileType = { mask: 0o170000, regular: 0o100000, directory: 0o040000, link: 0o120000 } as const

/** Extra fields that are read or written. */
export const extraField = { zip64: 0x0001, timestamp: 0x5455, unicodePath: 0x7075 } as const

/** The largest number a 32-bit field can hold before zip64 must take over. */
export const max32 = 0xffffffff
export const max16 = 0xffff

const unixHost = 3 << 8
const utf8Flag = 1 << 11
const plainVersion = 20
const zip64Version = 45

/** All that the two headers of one entry say. */
export interface ZipEntry {
  /** Relative, `/` between names, a directory's ending in `/`. */
  readonly name: string
  /** The whole Unix mode, with the file type's bits. */
  readonly mode: number
  /** Seconds since the epoch. */
  readonly modified: number
  readonly method: number
  readonly crc: number
  readonly size: number
  readonly compressedSize: number
}

/** A DOS date and time, in UTC so that the same tree gives the same bytes anywhere; 1980..2107, two seconds' grain. */
export function toDosTime(seconds: number): { readonly date: number; readonly time: number } {
  const at = new Date(Math.min(Math.max(seconds, 315532800), 4354819198) * 1000)
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  }
}

/** The times that both stamps can hold, seconds since the epoch: from 1901 on, and until 2106. */
export const timeRange = { first: -0x80000000, last: 0xffffffff } as const

/**
 * Info-ZIP's extended timestamp: the modification time in whole seconds, which DOS time cannot give. Its 32 bits are signed to
 * most who read them; from 2038 on the DOS date beside it tells that they are not.
 */
function timestampExtra(seconds: number): Buffer {
  const field = Buffer.alloc(9)
  field.writeUInt16LE(extraField.timestamp, 0)
  field.writeUInt16LE(5, 2)
  field.writeUInt8(1, 4)
  field.writeUInt32LE(Math.min(Math.max(Math.trunc(seconds), timeRange.first), timeRange.last) >>> 0, 5)
  return field
}

function zip64Extra(numbers: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * numbers.length)
  field.writeUInt16LE(extraField.zip64, 0)
  field.writeUInt16LE(8 * numbers.length, 2)
  numbers.forEach((number, index) => {
    field.writeBigUInt64LE(BigInt(number), 4 + 8 * index)
  })
  return field
}

/** What both headers share from "version needed" to "extra length": 26 bytes at `offset`. */
function writeCommon(header: Buffer, offset: number, entry: ZipEntry, wide: boolean, lengths: [number, number]): void {
  const { date, time } = toDosTime(entry.modified)
  header.writeUInt16LE(wide ? zip64Version : plainVersion, offset)
  header.writeUInt16LE(utf8Flag, offset + 2)
  header.writeUInt16LE(entry.method, offset + 4)
  header.writeUInt16LE(time, offset + 6)
  header.writeUInt16LE(date, offset + 8)
  header.writeUInt32LE(entry.crc, offset + 10)
  header.writeUInt32LE(wide ? max32 : entry.compressedSize, offset + 14)
  header.writeUInt32LE(wide ? max32 : entry.size, offset + 18)
  header.writeUInt16LE(lengths[0], offset + 22)
  header.writeUInt16LE(lengths[1], offset + 24)
}

/**
 * The local header. `wide` must be said before the sizes are known (a large file's header is written twice,
 * the second time with its sizes, and must not change its length).
 */
export function localHeader(entry: ZipEntry, wide: boolean): Buffer {
  const name = Buffer.from(entry.name)
  const time = timestampExtra(entry.modified)
  const extra = wide ? Buffer.concat([zip64Extra([entry.size, entry.compressedSize]), time]) : time
  const header = Buffer.alloc(30)
  header.writeUInt32LE(signature.local, 0)
  writeCommon(header, 4, entry, wide, [name.length, extra.length])
  return Buffer.concat([header, name, extra])
}

/** The entry's record in the central directory; `offset` is its local header's. */
export function centralRecord(entry: ZipEntry, offset: number): Buffer {
  const name = Buffer.from(entry.name)
  const wideSizes = entry.size >= max32 || entry.compressedSize >= max32
  const numbers = [...(wideSizes ? [entry.size, entry.compressedSize] : []), ...(offset >= max32 ? [offset] : [])]
  const time = timestampExtra(entry.modified)
  const extra = numbers.length > 0 ? Buffer.concat([zip64Extra(numbers), time]) : time
  const header = Buffer.alloc(46)
  header.writeUInt32LE(signature.central, 0)
  header.writeUInt16LE(unixHost | zip64Version, 4)
  writeCommon(header, 6, entry, wideSizes, [name.length, extra.length])
  if (numbers.length > 0) header.writeUInt16LE(zip64Version, 6)
  const directoryBit = entry.name.endsWith('/') ? 0x10 : 0
  header.writeUInt32LE(((entry.mode << 16) | directoryBit) >>> 0, 38)
  header.writeUInt32LE(Math.min(offset, max32), 42)
  return Buffer.concat([header, name, extra])
}

/** The end of the central directory, with zip64's two records before it where a count, size or offset needs them. */
export function endRecords(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(signature.end, 0)
  end.writeUInt16LE(Math.min(count, max16), 8)
  end.writeUInt16LE(Math.min(count, max16), 10)
  end.writeUInt32LE(Math.min(size, max32), 12)
  end.writeUInt32LE(Math.min(offset, max32), 16)
  if (count < max16 && size < max32 && offset < max32) return end
  return Buffer.concat([end64Records(count, size, offset), end])
}

function end64Records(count: number, size: number, offset: number): Buffer {
  const records = Buffer.alloc(56 + 20)
  records.writeUInt32LE(signature.end64, 0)
  records.writeBigUInt64LE(44n, 4)
  records.writeUInt16LE(unixHost | zip64Version, 12)
  records.writeUInt16LE(zip64Version, 14)
  records.writeBigUInt64LE(BigInt(count), 24)
  records.writeBigUInt64LE(BigInt(count), 32)
  records.writeBigUInt64LE(BigInt(size), 40)
  records.writeBigUInt64LE(BigInt(offset), 48)
  records.writeUInt32LE(signature.locator64, 56)
  records.writeBigUInt64LE(BigInt(offset + size), 64)
  records.writeUInt32LE(1, 72)
  return records
}
