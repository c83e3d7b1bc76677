import { type FileHandle, open, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { combineCrc } from './zip/crc.js'
import type { DeflatedFiles } from './zip/deflate.js'
import { centralRecord, endRecords, localHeader, method, type ZipEntry } from './zip/format.js'
import type { PlannedEntry } from './zip/plan-folder.js'
import { runTask, threadCount } from './zip/pool.js'

/**
 * What of a folder is packed.
 * @example
 * const jars: PackOptions = { files: ['target/*.jar'] }
 */
export interface PackOptions {
  /** Globs, relative to the folder, of what to take: `*` stays in one folder, `**` does not. All when absent. */
  readonly files?: readonly string[]
  /** Globs of what not to take. */
  readonly exclude?: readonly string[]
  readonly signal?: AbortSignal
  /** A real folder that everything must lie in, whatever somebody changes meanwhile: what a link leads out of it to is refused. */
  readonly inside?: string
}

/**
 * What was packed, and what was not.
 * @example
 * const { unmatched, skipped }: PackResult = await packFolder('/srv/site', '/tmp/site.zip')
 */
export interface PackResult {
  /** Of the zip, in bytes. */
  readonly size: number
  readonly entries: number
  /** Sockets, pipes and devices: a zip cannot hold them. */
  readonly skipped: readonly string[]
  /** What was left out because its name, or a link's target, is not UTF-8. */
  readonly unnameable: readonly string[]
  /** Links that lead out of the folder, as `path -> target`: packed as links, never followed. */
  readonly outward: readonly string[]
  /** Files whose time a zip cannot hold (before 1901, after 2106): they got the nearest. */
  readonly mistimed: readonly string[]
  /** Globs that matched nothing, while others did: worth a line in the log. */
  readonly unmatched: readonly string[]
}

/** Files up to this size are packed many at a time, larger ones in pieces of it. */
const pieceSize = 1024 * 1024
const groupEntries = 256

/**
 * Packs a folder (or what `files` selects of it) as a zip at `zipPath`, which must not exist yet. Kept are modes
 * (without setuid), links, empty directories and times in whole seconds; the same tree gives the same bytes. The work is done
 * in threads, in constant memory. When it fails nothing is left at `zipPath`.
 * Errors: ArtifactError (ArtifactEmpty names the globs; ArtifactInvalid; ArtifactStoreFull); the signal's reason.
 * @example
 * await packFolder('/data/work/7', '/data/tmp/7.zip', { files: ['target/*.war', 'appspec.yml'] })
 */
export async function packFolder(folder: string, zipPath: string, options: PackOptions = {}): Promise<PackResult> {
  const { files, exclude, signal, inside } = options
  const root = resolve(folder)
  const target = resolve(zipPath)
  const selection = { ...(files && { files }), ...(exclude && { exclude }) }
  const plan = await runTask('planFolder', {
    folder: root,
    ...selection,
    never: [target],
    largeFrom: pieceSize,
    inside,
  })
  const file = await open(target, 'wx', 0o600)
  try {
    const writer = new ZipWriter(file)
    await packAll({ folder: root, inside }, plan.entries, writer, signal)
    const size = await writer.finish()
    const { entries, ...told } = plan
    return { size, entries: entries.length, ...told }
  } catch (error) {
    await rm(target, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** What is packed, and what it must lie in. */
interface Packed {
  readonly folder: string
  readonly inside: string | undefined
}

type Write = (writer: ZipWriter) => Promise<void>

/** Works ahead by two tasks for each thread, and writes the results in order. */
async function packAll(from: Packed, entries: readonly PlannedEntry[], writer: ZipWriter, signal?: AbortSignal) {
  const ahead: Promise<Write>[] = []
  const writeFirst = async () => (await ahead.shift())?.(writer)
  for (const task of tasks(from, entries)) {
    signal?.throwIfAborted()
    const started = task()
    // Whoever awaits it hears of its failure; until then it must not count as unhandled.
    started.catch(() => undefined)
    ahead.push(started)
    if (ahead.length >= 2 * threadCount) await writeFirst()
  }
  while (ahead.length > 0) {
    signal?.throwIfAborted()
    await writeFirst()
  }
}

function* tasks(from: Packed, entries: readonly PlannedEntry[]): Generator<() => Promise<Write>> {
  let group: PlannedEntry[] = []
  let size = 0
  const flush = () => {
    const full = group
    group = []
    size = 0
    return async (): Promise<Write> => {
      const packed = await runTask('deflateFiles', { ...from, entries: full })
      return (writer) => writer.addFiles(packed)
    }
  }
  for (const entry of entries) {
    const isLarge = entry.kind === 'file' && entry.size > pieceSize
    if (group.length > 0 && (isLarge || size + entry.size > pieceSize || group.length >= groupEntries)) yield flush()
    if (isLarge) yield* pieces(from, entry)
    else {
      group.push(entry)
      size += entry.size
    }
  }
  if (group.length > 0) yield flush()
}

function* pieces(from: Packed, file: PlannedEntry): Generator<() => Promise<Write>> {
  const { path, size } = file
  const stored = file.stored === true
  for (let start = 0; start < size; start += pieceSize) {
    const length = Math.min(pieceSize, size - start)
    const last = start + length === size
    yield async () => {
      const piece = await runTask('deflatePiece', { ...from, path, start, length, last, stored })
      return async (writer) => {
        if (start === 0) await writer.beginLarge(file)
        await writer.addPiece(piece.bytes, piece.crc, length)
        if (last) await writer.endLarge()
      }
    }
  }
}

interface LargeFile {
  entry: ZipEntry
  readonly wide: boolean
  readonly offset: number
}

/** Puts finished pieces into the file, and keeps the table of contents. */
class ZipWriter {
  private position = 0
  private count = 0
  private readonly directory: Buffer[] = []
  private large: LargeFile | undefined

  constructor(private readonly file: FileHandle) {}

  async addFiles(packed: DeflatedFiles): Promise<void> {
    for (const { entry, offset } of packed.entries) this.list(entry, this.position + offset)
    await this.append(packed.bytes)
  }

  /** Writes a header that holds the place of the true one. */
  async beginLarge(file: PlannedEntry): Promise<void> {
    const how = file.stored ? method.stored : method.deflated
    const { path: name, mode, modified } = file
    const entry = { name, mode, modified, method: how, crc: 0, size: 0, compressedSize: 0 }
    // A little below 4 GiB, since what does not compress becomes a little larger.
    this.large = { entry, wide: file.size > 0xff000000, offset: this.position }
    await this.append(localHeader(entry, this.large.wide))
  }

  async addPiece(bytes: Uint8Array, crc: number, length: number): Promise<void> {
    const { large } = this
    if (large === undefined) throw new Error('a piece without its file')
    const { entry } = large
    large.entry = {
      ...entry,
      crc: combineCrc(entry.crc, crc, length),
      size: entry.size + length,
      compressedSize: entry.compressedSize + bytes.length,
    }
    await this.append(bytes)
  }

  async endLarge(): Promise<void> {
    const { large } = this
    if (large === undefined) throw new Error('an end without its file')
    this.large = undefined
    await this.write(localHeader(large.entry, large.wide), large.offset)
    this.list(large.entry, large.offset)
  }

  /** Writes the table of contents; answers the zip's size. */
  async finish(): Promise<number> {
    const start = this.position
    await this.append(Buffer.concat(this.directory))
    await this.append(endRecords(this.count, this.position - start, start))
    return this.position
  }

  private list(entry: ZipEntry, offset: number): void {
    this.directory.push(centralRecord(entry, offset))
    this.count += 1
  }

  private async append(bytes: Uint8Array): Promise<void> {
    await this.write(bytes, this.position)
    this.position += bytes.length
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  }
}
