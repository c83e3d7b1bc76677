import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ArtifactError } from '../domain/artifact-error.js'
import type { PlacedFile } from './zip/extract.js'
import { runTask, threadCount } from './zip/pool.js'

/**
 * Limits while unpacking.
 * @example
 * const some: UnpackOptions = {}
 * await unpack('/tmp/site.zip', '/tmp/site', some)
 */
export interface UnpackOptions {
  /** Bytes of all entries together, unpacked, by what the zip declares; entries never get more than they declared. */
  readonly maxBytes?: number
  readonly maxEntries?: number
  /**
   * What becomes of links that lead out of the folder: `omit` (when absent) leaves them out, so that whoever reads a file of the
   * folder reads a file of the artifact; `keep` makes them, for builds. Nothing is ever written through one.
   */
  readonly outwardLinks?: 'omit' | 'keep'
  readonly signal?: AbortSignal
}

/**
 * What was unpacked.
 * @example
 * const found: UnpackResult = await unpack('/tmp/site.zip', '/tmp/site')
 */
export interface UnpackResult {
  readonly entries: number
  /** Of all files together. */
  readonly bytes: number
  /** Links that lead out of the folder and were left out, as `path -> target`. */
  readonly omitted: readonly string[]
}

/** Unless said otherwise: 32 GiB, and a million entries. */
export const defaultLimits = { maxBytes: 32 * 1024 ** 3, maxEntries: 1_000_000 } as const

/** What is larger, on either side, is unpacked as a stream. */
const largeFrom = 4 * 1024 * 1024
const groupBytes = 2 * 1024 * 1024
const groupEntries = 256

/**
 * Unpacks a zip into `folder`, which must not exist, or be empty. Kept are modes (without setuid), links (those that lead
 * out only when asked for), empty directories and times. Everything is judged before anything is written, and all of it appears
 * at once or not at all: the work is done in a folder beside and renamed. Refused are absolute paths, `..`, entries
 * below a link, names that are there twice, encrypted entries, and what is over the limits.
 * Errors: ArtifactError (ArtifactInvalid naming the entry, ArtifactTooLarge, ArtifactStoreFull); the signal's reason.
 * @example
 * await unpack('/data/artifacts/b/k', '/data/work/7/source')
 */
export async function unpack(zipPath: string, folder: string, options: UnpackOptions = {}): Promise<UnpackResult> {
  const target = resolve(folder)
  const aside = `${target}.unpacking-${randomBytes(6).toString('hex')}`
  const zip = await open(zipPath, 'r')
  try {
    await mkdir(resolve(target, '..'), { recursive: true })
    await mkdir(aside, 0o755)
    const result = await unpackInto(zip.fd, aside, options)
    await rename(aside, target)
    return result
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    throw explain(error, target)
  } finally {
    await zip.close()
  }
}

function explain(error: unknown, target: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOTEMPTY' || code === 'EEXIST') {
    return new ArtifactError('ArtifactInvalid', `cannot unpack into '${target}': it is not empty`)
  }
  if (code === 'ENOTDIR') return new ArtifactError('ArtifactInvalid', `cannot unpack into '${target}': it is a file`)
  if (code === 'ENOSPC')
    return new ArtifactError('ArtifactStoreFull', `no space is left for unpacking into '${target}'`)
  return error
}

async function unpackInto(fd: number, folder: string, options: UnpackOptions): Promise<UnpackResult> {
  const { signal } = options
  const limits = {
    maxBytes: options.maxBytes ?? defaultLimits.maxBytes,
    maxEntries: options.maxEntries ?? defaultLimits.maxEntries,
  }
  const { files, directories, links, outward, totalBytes } = await runTask('openArchive', { fd, folder, limits })
  const running = new Set<Promise<void>>()
  try {
    for (const group of groups(files)) {
      signal?.throwIfAborted()
      const task: Promise<void> = extract(fd, folder, group).finally(() => running.delete(task))
      running.add(task)
      if (running.size >= 2 * threadCount) await Promise.race(running)
    }
    await Promise.all(running)
  } finally {
    // The zip stays open and the folder stays there until the last task is done with them.
    await Promise.allSettled(running)
  }
  signal?.throwIfAborted()
  const left = new Set(options.outwardLinks === 'keep' ? [] : outward)
  const made = new Map([...links].filter(([path]) => !left.has(path)))
  await runTask('finishFolder', { folder, directories, links: made })
  const omitted = [...left].map((path) => `${path} -> ${links.get(path)}`)
  return { entries: files.length + directories.length + made.size, bytes: totalBytes, omitted }
}

function extract(fd: number, folder: string, group: readonly PlacedFile[]): Promise<void> {
  const [file] = group
  return file !== undefined && isLarge(file)
    ? runTask('extractLarge', { fd, folder, file })
    : runTask('extractFiles', { fd, folder, files: group })
}

/** Also a small file with a wide gap after it, which nobody needs to read. */
function isLarge(file: PlacedFile): boolean {
  return file.size > largeFrom || file.end - file.offset > largeFrom
}

/** Neighbours in the zip, as many as are worth one task; a large file alone. */
function* groups(files: readonly PlacedFile[]): Generator<readonly PlacedFile[]> {
  let group: PlacedFile[] = []
  let bytes = 0
  for (const file of files) {
    const cost = Math.max(file.size, file.end - file.offset)
    const isFull = bytes + cost > groupBytes || group.length >= groupEntries
    if (group.length > 0 && (isLarge(file) || isFull || group.at(-1)?.end !== file.offset)) {
      yield group
      group = []
      bytes = 0
    }
    if (isLarge(file)) yield [file]
    else {
      group.push(file)
      bytes += cost
    }
  }
  if (group.length > 0) yield group
}
