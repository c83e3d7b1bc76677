/** What a revision holds, by name: tells one revision from another, and what must be sent to get from one to the other. */
import { createHash } from 'node:crypto'

export interface ManifestEntry {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink'
  readonly mode: number
  /** SHA-256 of a file in hexadecimal, target of a link, empty for a directory. */
  readonly content: string
}

/** Times are left out: two builds of the same sources are the same revision. */
export interface Manifest {
  readonly entries: readonly ManifestEntry[]
  /** One JSON array a line. */
  readonly text: string
  /** SHA-256 of the text. */
  readonly digest: string
}

/** Puts entries in order and takes the digest. */
export function sealManifest(entries: readonly ManifestEntry[]): Manifest {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const text = sorted
    .map((entry) => `${JSON.stringify([entry.path, entry.kind, entry.mode, entry.content])}\n`)
    .join('')
  return { entries: sorted, text, digest: createHash('sha256').update(text).digest('hex') }
}

/** Reads a manifest's text; `undefined` when it is not one. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const entries = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): ManifestEntry => {
        const [path, kind, mode, content] = JSON.parse(line)
        return { path, kind, mode, content }
      })
    return { entries, text, digest: createHash('sha256').update(text).digest('hex') }
  } catch {
    return undefined
  }
}

export interface Delta {
  /** Paths to be sent: new, changed, and all links and directories, which cost next to nothing. */
  readonly send: ReadonlySet<string>
  /** How many of the files and links to be sent are new or changed; the others are sent again as they are. */
  readonly changed: number
  /** Paths of the old revision that must go first: gone, changed, or links. */
  readonly remove: readonly string[]
  /** Files that are taken over; their content is checked on the host. */
  readonly reuse: readonly ManifestEntry[]
}

/** From the revision that a host has to the one that it shall have. Pure. */
export function deltaOf(from: Manifest, to: Manifest): Delta {
  const old = new Map(from.entries.map((entry) => [entry.path, entry]))
  const send = new Set<string>()
  const reuse: ManifestEntry[] = []
  const keep = new Set<string>()
  let changed = 0
  for (const entry of to.entries) {
    const before = old.get(entry.path)
    if (entry.kind === 'file' && before !== undefined && canReuse(before, entry)) {
      reuse.push(entry)
      keep.add(entry.path)
      continue
    }
    send.add(entry.path)
    if (entry.kind !== 'directory' && !isSame(before, entry)) changed++
    if (entry.kind === 'directory' && before?.kind === 'directory') keep.add(entry.path)
  }
  const remove = from.entries.filter((entry) => !keep.has(entry.path)).map((entry) => entry.path)
  return { send, changed, remove: outermost(remove), reuse }
}

/** Names that sha256sum would have to escape are sent again: not every implementation can. */
function canReuse(before: ManifestEntry, after: ManifestEntry): boolean {
  return before.kind === 'file' && isSame(before, after) && !/[\n\r\\]/.test(after.path)
}

function isSame(before: ManifestEntry | undefined, after: ManifestEntry): boolean {
  return before?.kind === after.kind && before.mode === after.mode && before.content === after.content
}

/** Without what lies in a directory that is removed anyway. Needs the order of a manifest. */
function outermost(paths: readonly string[]): string[] {
  const gone = new Set(paths)
  return paths.filter((path) => {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (gone.has(path.slice(0, slash))) return false
    }
    return true
  })
}
