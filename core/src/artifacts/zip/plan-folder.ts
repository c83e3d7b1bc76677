import { isUtf8 } from 'node:buffer'
import { closeSync, lstatSync, readlinkSync, readSync, type Stats } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { ArtifactError } from '../../domain/artifact-error.js'
import { type Selection, selectFiles } from '../select-files.js'
import { timeRange } from './format.js'
import { outwardLinks } from './links.js'
import { namesInside, openInside } from './open-inside.js'
import { reading } from './unreadable.js'

/** One thing to be packed. */
export interface PlannedEntry {
  /** Relative to the folder, without a slash at the end. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link'
  /** The whole Unix mode. */
  readonly mode: number
  /** Seconds since the epoch. */
  readonly modified: number
  readonly size: number
  /** A link's target. */
  readonly target?: string
  /** A large file that a sample showed to be incompressible. */
  readonly stored?: boolean
}

export interface FolderPlan {
  readonly entries: readonly PlannedEntry[]
  /** Sockets, pipes and devices, which a zip cannot hold. */
  readonly skipped: readonly string[]
  /** Files, folders and links whose name or target is not UTF-8, with U+FFFD in its place. */
  readonly unnameable: readonly string[]
  /** Links that lead out of the folder, as `path -> target`: they are packed as links. */
  readonly outward: readonly string[]
  /** Files whose time a zip cannot hold (before 1901, after 2106): they get the nearest. */
  readonly mistimed: readonly string[]
  /** Globs, exclusions among them, that matched nothing, while others did. */
  readonly unmatched: readonly string[]
}

export interface PlanInput {
  readonly folder: string
  readonly files?: readonly string[]
  readonly exclude?: readonly string[]
  /** Absolute paths never packed: the zip that is being written, when it lies in the folder. */
  readonly never?: readonly string[]
  /** From this size on a file is worth a sample of its compressibility. */
  readonly largeFrom: number
  /** As PackOptions has it. */
  readonly inside?: string | undefined
}

const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Lists what will be packed, in an order that depends on the names only.
 * Errors: ArtifactEmpty when the globs select nothing; ArtifactInvalid for what cannot be read.
 */
export function planFolder(input: PlanInput): FolderPlan {
  const walk = new Walk(
    input,
    selectFiles(input.files, input.exclude, (path) => isThere(`${input.folder}/${path}`)),
  )
  walk.enter('')
  if (walk.found.length === 0 && input.files !== undefined) {
    throw new ArtifactError('ArtifactEmpty', `no file matches ${input.files.map((glob) => `'${glob}'`).join(', ')}`)
  }
  const { found, skipped, unnameable, mistimed } = walk
  const links = new Map(found.flatMap(({ path, target }) => (target === undefined ? [] : [[path, target] as const])))
  const outward = outwardLinks(links).map((path) => `${path} -> ${links.get(path)}`)
  return { entries: found, skipped, unnameable, outward, mistimed, unmatched: walk.selection.unmatched() }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path) !== undefined
  } catch {
    return false
  }
}

class Walk {
  readonly found: PlannedEntry[] = []
  readonly skipped: string[] = []
  readonly unnameable: string[] = []
  readonly mistimed: string[] = []
  private readonly never: ReadonlySet<string>

  constructor(
    private readonly input: PlanInput,
    readonly selection: Selection,
  ) {
    this.never = new Set(input.never)
  }

  /** Packs what is selected below `parent` ('' or ending in a slash); answers whether anything at all was there. */
  enter(parent: string): boolean {
    const names = reading(parent || this.input.folder, () =>
      namesInside(`${this.input.folder}/${parent}`, this.input.inside),
    ).sort(byName)
    // Of two names that differ only in bytes that are not UTF-8, both read the same.
    for (const [index, name] of names.entries()) if (name !== names[index - 1]) this.visit(parent + name)
    return names.length > 0
  }

  private visit(path: string): void {
    const absolute = `${this.input.folder}/${path}`
    if (this.never.has(absolute)) return
    const stat = reading(path, () => lstatSync(absolute, { throwIfNoEntry: !path.includes('\ufffd') }))
    if (stat === undefined) this.unnameable.push(path)
    else if (stat.isDirectory()) this.visitDirectory(path, stat)
    else if (!stat.isFile() && !stat.isSymbolicLink()) this.skipped.push(path)
    else if (this.selection.accepts(path)) this.add(path, absolute, stat)
  }

  private add(path: string, absolute: string, stat: Stats): void {
    const entry = { path, mode: stat.mode, modified: this.timeOf(path, stat) }
    if (!stat.isSymbolicLink()) {
      const stored =
        stat.size >= this.input.largeFrom && reading(path, () => !compresses(absolute, stat.size, this.input.inside))
      this.found.push({ ...entry, kind: 'file', size: stat.size, stored })
      return
    }
    const target = reading(path, () => readlinkSync(absolute, 'buffer'))
    if (isUtf8(target)) this.found.push({ ...entry, kind: 'link', size: 0, target: target.toString() })
    else this.unnameable.push(`${path} -> ${target}`)
  }

  private timeOf(path: string, stat: Stats): number {
    const modified = Math.floor(stat.mtimeMs / 1000)
    if (modified < timeRange.first || modified > timeRange.last) this.mistimed.push(path)
    return modified
  }

  /** A directory is packed, for its mode and time, when something in it is, or when it is empty and selected. */
  private visitDirectory(path: string, stat: Stats): void {
    const place = this.found.length
    this.found.push({ path, kind: 'directory', mode: stat.mode, modified: Math.floor(stat.mtimeMs / 1000), size: 0 })
    const hasNames = !this.selection.reaches(path) || this.enter(`${path}/`)
    if (this.found.length > place + 1 || this.selection.isWhole) return
    if (hasNames || !this.selection.accepts(path)) this.found.length = place
  }
}

const sampleSize = 16 * 1024

/** Deflates three samples of a large file; false when that gains less than 3 %. */
function compresses(path: string, size: number, inside: string | undefined): boolean {
  const fd = openInside(path, inside)
  try {
    const sample = Buffer.alloc(3 * sampleSize)
    const positions = [0, Math.floor(size / 2), Math.max(size - sampleSize, 0)]
    const read = positions.reduce((sum, at, index) => sum + readSync(fd, sample, index * sampleSize, sampleSize, at), 0)
    return deflateRawSync(sample, { level: 1 }).length < read * 0.97
  } finally {
    closeSync(fd)
  }
}
