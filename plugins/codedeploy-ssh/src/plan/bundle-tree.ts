/** What is in a bundle, as data: planning never touches a disk. */
import { posix } from 'node:path'
import { join } from '../appspec/paths.js'

/** A file, directory or symbolic link of the bundle; sockets and devices are left out when it is scanned. */
export interface BundleEntry {
  /** Relative to the bundle's root, without a slash at either end. The root itself is `''`. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink'
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number
  /** Bytes; 0 for what is not a file. */
  readonly size: number
  /** Seconds since the epoch. */
  readonly mtime: number
  /** Of a symbolic link. */
  readonly target?: string
}

const MAX_LINKS = 40

/** The entries by path, and what a path leads to when links are followed. Links never lead out of the bundle here. */
export class BundleTree {
  private readonly byPath = new Map<string, BundleEntry>()
  private readonly names = new Map<string, string[]>()

  constructor(readonly entries: readonly BundleEntry[]) {
    this.byPath.set('', { path: '', kind: 'directory', mode: 0o755, size: 0, mtime: 0 })
    for (const entry of entries) {
      this.byPath.set(entry.path, entry)
      const parent = posix.dirname(entry.path) === '.' ? '' : posix.dirname(entry.path)
      const siblings = this.names.get(parent)
      if (siblings === undefined) this.names.set(parent, [posix.basename(entry.path)])
      else siblings.push(posix.basename(entry.path))
    }
    for (const list of this.names.values()) list.sort()
  }

  /** The entry at exactly this path, not followed. */
  get(path: string): BundleEntry | undefined {
    return this.byPath.get(path)
  }

  /** Names in a directory, in byte order. */
  children(directory: string): readonly string[] {
    return this.names.get(directory) ?? []
  }

  /**
   * The file or directory that a path leads to when every link is followed; `undefined` when there is none: a dangling
   * link, a circle of links, or one that leads out of the bundle, which nothing here may follow.
   */
  resolve(path: string, links = 0): BundleEntry | undefined {
    let at = ''
    for (const part of path === '' ? [] : path.split('/')) {
      const entry = this.byPath.get(join(at, part))
      if (entry === undefined) return undefined
      if (entry.kind !== 'symlink') {
        at = entry.path
        continue
      }
      const target = linkTarget(entry)
      if (target === undefined || links >= MAX_LINKS) return undefined
      const found = this.resolve(target, links + 1)
      if (found === undefined) return undefined
      at = found.path
    }
    return this.byPath.get(at)
  }
}

/** Where a link points, relative to the bundle's root; `undefined` when that is outside. */
function linkTarget(link: BundleEntry): string | undefined {
  const target = link.target ?? ''
  if (target === '' || target.startsWith('/')) return undefined
  const path = posix.normalize(posix.join(posix.dirname(link.path), target)).replace(/\/$/, '')
  if (path === '.') return ''
  return path === '..' || path.startsWith('../') ? undefined : path
}
