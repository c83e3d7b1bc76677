import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  statfsSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { crc32, inflateRawSync } from 'node:zlib'
import { ArtifactError } from '../../domain/artifact-error.js'
import { checkEntries, checkLinks, type DirectoryEntry, type FileEntry, type UnpackLimits } from './check-entries.js'
import { readAt } from './deflate.js'
import { method, signature } from './format.js'
import { outwardLinks } from './links.js'
import { readDirectory } from './read-directory.js'

/** A file and where its local header and data must end: at the next entry, or at the table of contents. */
export interface PlacedFile extends FileEntry {
  readonly end: number
}

export interface ArchiveInput {
  readonly fd: number
  readonly limits: UnpackLimits
}

export interface OpenInput extends ArchiveInput {
  /** An empty folder that is the unpacker's alone. */
  readonly folder: string
}

export interface OpenedArchive {
  /** In the order of their bytes in the zip. */
  readonly files: readonly PlacedFile[]
  readonly directories: readonly DirectoryEntry[]
  /** path -> target */
  readonly links: ReadonlyMap<string, string>
  /** Those of the links that lead out of the folder. */
  readonly outward: readonly string[]
  readonly totalBytes: number
}

/** Judges a zip, and does nothing else. Errors: ArtifactInvalid, ArtifactTooLarge. */
export function checkArchive(input: ArchiveInput): void {
  readArchive(input)
}

/** Reads the table of contents, judges it, and makes the directories. Errors: ArtifactInvalid, ArtifactTooLarge. */
export function openArchive({ fd, folder, limits }: OpenInput): OpenedArchive {
  const archive = readArchive({ fd, limits })
  checkSpace(folder, archive.totalBytes)
  makeDirectories(folder, [...archive.files.map(({ path }) => path), ...archive.links.keys()], archive.directories)
  return archive
}

function readArchive({ fd, limits }: ArchiveInput): OpenedArchive {
  const { records, start } = readDirectory(fd, fstatSync(fd).size, limits.maxEntries)
  const { files, links, directories, totalBytes } = checkEntries(records, limits)
  const placed = place([...files, ...links], start)
  const isLink = new Set(links.map((link) => link.path))
  const targets = new Map<string, string>()
  for (const entry of placed) if (isLink.has(entry.path)) targets.set(entry.path, readEntry(fd, entry).toString('utf8'))
  checkLinks(targets)
  const contents = placed.filter((entry) => !isLink.has(entry.path))
  return { files: contents, directories, links: targets, outward: outwardLinks(targets), totalBytes }
}

/** Better to say so before than to fail half-way. */
function checkSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder)
  if (bytes <= bavail * bsize) return
  throw new ArtifactError('ArtifactStoreFull', `unpacking needs ${bytes} bytes; the disk has ${bavail * bsize} left`)
}

function place(entries: readonly FileEntry[], start: number): PlacedFile[] {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset)
  return sorted.map((entry, index) => {
    const end = sorted[index + 1]?.offset ?? start
    // Overlapping entries are how a small zip hides a huge one.
    if (entry.offset + 30 + entry.compressedSize > end) broken(entry.path, 'is truncated, or overlaps another entry')
    return { ...entry, end }
  })
}

function makeDirectories(folder: string, files: readonly string[], directories: readonly DirectoryEntry[]): void {
  const made = new Set<string>(['.'])
  const make = (path: string) => {
    if (made.has(path)) return
    make(dirname(path))
    made.add(path)
    mkdirSync(`${folder}/${path}`, 0o755)
  }
  for (const { path } of directories) make(path)
  for (const path of files) make(dirname(path))
}

export interface ExtractInput {
  readonly fd: number
  readonly folder: string
  /** In the order of their bytes, near one another. */
  readonly files: readonly PlacedFile[]
}

/** Unpacks small files: one read for all of them. Errors: ArtifactInvalid, naming the entry; of the file system. */
export function extractFiles({ fd, folder, files }: ExtractInput): void {
  const start = files[0]?.offset ?? 0
  const region = Buffer.allocUnsafe((files.at(-1)?.end ?? start) - start)
  const filled = readAt(fd, region, start)
  for (const file of files) {
    const bytes = region.subarray(file.offset - start, Math.min(file.end - start, filled))
    writeFile(`${folder}/${file.path}`, file, decode(file, compressedBytes(file, bytes)))
  }
}

function readEntry(fd: number, entry: PlacedFile): Buffer {
  // Two names' and extra fields' worth more than the data; never more than the entry's own place.
  const bytes = Buffer.allocUnsafe(Math.min(entry.end - entry.offset, entry.compressedSize + 30 + 2 * 0xffff))
  return decode(entry, compressedBytes(entry, bytes.subarray(0, readAt(fd, bytes, entry.offset))))
}

function broken(path: string, why: string): never {
  throw new ArtifactError('ArtifactInvalid', `the zip is damaged: the entry '${path}' ${why}`)
}

/** Where the data begins, counted from the local header's first byte. Errors: ArtifactInvalid. */
export function dataStart(path: string, header: Buffer): number {
  if (header.length < 30) broken(path, 'is truncated')
  if (header.readUInt32LE(0) !== signature.local) broken(path, 'has no local header')
  return 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
}

function compressedBytes(entry: PlacedFile, bytes: Buffer): Buffer {
  const start = dataStart(entry.path, bytes)
  if (start + entry.compressedSize > bytes.length) broken(entry.path, 'is truncated, or overlaps another entry')
  return bytes.subarray(start, start + entry.compressedSize)
}

function decode(entry: PlacedFile, compressed: Buffer): Buffer {
  const data = entry.method === method.stored ? compressed : inflate(entry, compressed)
  if (data.length !== entry.size) broken(entry.path, `has ${data.length} bytes where ${entry.size} were declared`)
  if (crc32(data) !== entry.crc) broken(entry.path, 'does not have the checksum that was declared')
  return data
}

function inflate(entry: PlacedFile, compressed: Buffer): Buffer {
  try {
    // One byte more than declared is enough to know that the declaration lied.
    const maxOutputLength = entry.size + 1
    return inflateRawSync(compressed, { maxOutputLength, chunkSize: Math.max(Math.min(maxOutputLength, 1 << 20), 64) })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ERR_BUFFER_TOO_LARGE') broken(entry.path, `has more than the ${entry.size} bytes that were declared`)
    broken(entry.path, `cannot be inflated: ${(error as Error).message}`)
  }
}

/** Creates; never opens what is there, never follows a link. */
export const createOnly = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW

function writeFile(path: string, entry: FileEntry, data: Buffer): void {
  const fd = openSync(path, createOnly, 0o600)
  try {
    for (let written = 0; written < data.length; ) written += writeSync(fd, data, written)
    settle(fd, entry)
  } finally {
    closeSync(fd)
  }
}

/** A number before 1970 would be taken for "now". */
function dateOf(seconds: number): Date {
  return new Date(seconds * 1000)
}

/** Gives a written file its mode (the umask has no say) and its time. */
export function settle(fd: number, entry: FileEntry): void {
  fchmodSync(fd, entry.mode)
  const time = dateOf(entry.modified)
  futimesSync(fd, time, time)
}

export interface FinishInput {
  readonly folder: string
  readonly directories: readonly DirectoryEntry[]
  readonly links: ReadonlyMap<string, string>
}

/** What must come last: the links, then the directories' modes and times, the deepest first. */
export function finishFolder({ folder, directories, links }: FinishInput): void {
  for (const [path, target] of links) symlinkSync(target, `${folder}/${path}`)
  for (const { path, mode, modified } of [...directories].sort((a, b) => b.path.length - a.path.length)) {
    // The owner must stay able to clean up.
    chmodSync(`${folder}/${path}`, mode | 0o700)
    utimesSync(`${folder}/${path}`, dateOf(modified), dateOf(modified))
  }
}
