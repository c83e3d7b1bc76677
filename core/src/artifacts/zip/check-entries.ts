import { ArtifactError } from '../../domain/artifact-error.js'
import { fileType, method } from './format.js'
import { safePath } from './names.js'
import type { DirectoryRecord } from './read-directory.js'

/** What a zip may cost at most. */
export interface UnpackLimits {
  /** Bytes of all entries together, unpacked. */
  readonly maxBytes: number
  readonly maxEntries: number
}

/** A regular file to be written. */
export interface FileEntry {
  readonly path: string
  /** 0..0o777 */
  readonly mode: number
  readonly modified: number
  readonly method: number
  readonly crc: number
  readonly size: number
  readonly compressedSize: number
  /** Of the local header, in the zip. */
  readonly offset: number
}

export interface DirectoryEntry {
  readonly path: string
  readonly mode: number
  readonly modified: number
}

export interface CheckedEntries {
  readonly files: readonly FileEntry[]
  readonly directories: readonly DirectoryEntry[]
  /** Links by where their targets' text is stored. */
  readonly links: readonly FileEntry[]
  readonly totalBytes: number
}

const encryptedFlag = 1
/** A link's target is a path: what is longer is no link. */
const maxTarget = 4096

/**
 * Judges every entry before a byte is written: names, kinds, methods, sizes, and that no entry lies below a file or link.
 * Errors: ArtifactInvalid, naming the entry; ArtifactTooLarge.
 */
export function checkEntries(records: readonly DirectoryRecord[], limits: UnpackLimits): CheckedEntries {
  const files: FileEntry[] = []
  const links: FileEntry[] = []
  const directories: DirectoryEntry[] = []
  let totalBytes = 0
  for (const record of records) {
    const path = checkName(record)
    const type = record.mode & fileType.mask
    const permissions = record.mode & 0o777
    const isDirectory = record.name.endsWith('/') || type === fileType.directory
    if (path === '' && !isDirectory) refuse(record, 'has no name')
    if (isDirectory) {
      if (path !== '') directories.push({ path, mode: permissions || 0o755, modified: record.modified })
      continue
    }
    checkContent(record, type)
    totalBytes += record.size
    const { method, crc, size, compressedSize, offset, modified } = record
    const entry = { path, mode: permissions || 0o644, modified, method, crc, size, compressedSize, offset }
    ;(type === fileType.link ? links : files).push(entry)
  }
  if (totalBytes > limits.maxBytes) {
    throw new ArtifactError(
      'ArtifactTooLarge',
      `the zip unpacks to ${totalBytes} bytes; at most ${limits.maxBytes} are allowed`,
    )
  }
  checkPlaces(files, links, directories)
  return { files, links, directories, totalBytes }
}

function refuse(record: { readonly name: string }, why: string): never {
  throw new ArtifactError('ArtifactInvalid', `refused to unpack: the entry '${record.name}' ${why}`)
}

function checkName(record: DirectoryRecord): string {
  const answer = safePath(record.name)
  return 'path' in answer ? answer.path : refuse(record, answer.problem)
}

/** What Info-ZIP took from a pipe is marked as one, and is a file like others. */
const pipe = 0o010000
const contentTypes: ReadonlySet<number> = new Set([0, fileType.regular, fileType.link, pipe])

function checkContent(record: DirectoryRecord, type: number): void {
  if (!contentTypes.has(type)) refuse(record, 'is a device or socket')
  if ((record.flags & encryptedFlag) !== 0) refuse(record, 'is encrypted')
  if (record.method !== method.stored && record.method !== method.deflated) {
    refuse(record, `uses compression method ${record.method}; only 0 (stored) and 8 (deflated) can be read`)
  }
  if (record.method === method.stored && record.size !== record.compressedSize) refuse(record, 'gives two sizes')
  if (type === fileType.link && record.size > maxTarget) refuse(record, 'is a link with a target of over 4096 bytes')
}

/** Each path once, and nothing below what is not a directory: so nothing can be written through a link. */
function checkPlaces(
  files: readonly FileEntry[],
  links: readonly FileEntry[],
  directories: readonly DirectoryEntry[],
): void {
  const taken = new Map<string, string>()
  for (const { path } of files) claim(taken, path, 'a file')
  for (const { path } of links) claim(taken, path, 'a symbolic link')
  for (const { path } of directories) {
    const holder = taken.get(path)
    if (holder !== undefined) refuse({ name: `${path}/` }, `is ${holder} and a directory at once`)
  }
  const fine = new Set<string>()
  for (const { path } of [...files, ...links, ...directories]) checkParents(path, taken, fine)
}

function claim(taken: Map<string, string>, path: string, kind: string): void {
  if (taken.has(path)) refuse({ name: path }, 'is there twice')
  taken.set(path, kind)
}

function checkParents(path: string, taken: ReadonlyMap<string, string>, fine: Set<string>): void {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const parent = path.slice(0, end)
    if (fine.has(parent)) return
    const holder = taken.get(parent)
    if (holder !== undefined) refuse({ name: path }, `lies below '${parent}', which is ${holder}`)
    fine.add(parent)
  }
}

/** Links are made when all else is there. Errors: ArtifactInvalid, naming the link that has no target. */
export function checkLinks(links: ReadonlyMap<string, string>): void {
  for (const [path, target] of links) {
    if (target === '' || target.includes('\0')) refuse({ name: path }, 'is a link without a usable target')
  }
}
