/** From `files` and the bundle's contents to what has to be made on the host. */
import { posix } from 'node:path'
import type { FileMapping, Problem } from '../appspec/model.js'
import { ancestorsOf, join } from '../appspec/paths.js'
import type { BundleEntry, BundleTree } from './bundle-tree.js'

/** A file or link to be put on the host under its own name. */
export interface Copy {
  /** In the bundle; for what was reached through a linked directory, its real place. */
  readonly source: string
  readonly destination: string
  readonly kind: 'file' | 'symlink'
}

export interface CopyPlan {
  readonly copies: readonly Copy[]
  /** Every directory that must be there, ancestors included, parents before children. Existing ones are left alone. */
  readonly directories: readonly string[]
  readonly problems: readonly Problem[]
}

/** Plans the copies; pure. Problems: sources that are missing, and destinations that clash. */
export function planCopies(files: readonly FileMapping[], tree: BundleTree): CopyPlan {
  const draft = new CopyDraft(tree)
  files.forEach((mapping, index) => {
    draft.add(mapping, `files[${index}]`)
  })
  return draft.plan()
}

class CopyDraft {
  private readonly copies = new Map<string, Copy & { readonly path: string }>()
  private readonly directories = new Set<string>()
  private readonly problems: Problem[] = []

  constructor(private readonly tree: BundleTree) {}

  add(mapping: FileMapping, path: string): void {
    const entry = this.tree.get(mapping.source)
    const real = this.tree.resolve(mapping.source)
    if (real?.kind === 'directory') {
      this.addDirectory(real, mapping.destination, [], path)
      return
    }
    const found = entry ?? real
    if (found === undefined) {
      const message = `${JSON.stringify(mapping.source)} is not in the bundle`
      this.problems.push({ path: `${path}.source`, message })
      return
    }
    this.needDirectory(mapping.destination, path)
    this.addCopy(found, join(mapping.destination, posix.basename(mapping.source)), path)
  }

  plan(): CopyPlan {
    return {
      copies: [...this.copies.values()].map(({ source, destination, kind }) => ({ source, destination, kind })),
      directories: [...this.directories],
      problems: this.problems,
    }
  }

  private addDirectory(directory: BundleEntry, destination: string, inside: readonly string[], path: string): void {
    if (inside.includes(directory.path)) {
      const message = `${JSON.stringify(directory.path)} contains itself through a symbolic link`
      this.problems.push({ path: `${path}.source`, message })
      return
    }
    this.needDirectory(destination, path)
    for (const name of this.tree.children(directory.path)) {
      const entry = this.tree.get(join(directory.path, name))
      if (entry === undefined) continue
      const real = entry.kind === 'symlink' ? this.tree.resolve(entry.path) : entry
      const target = join(destination, name)
      // A link to a directory becomes a real directory; any other link stays what it is (also a dangling one).
      if (real?.kind === 'directory') this.addDirectory(real, target, [...inside, directory.path], path)
      else this.addCopy(entry, target, path)
    }
  }

  private addCopy(entry: BundleEntry, destination: string, path: string): void {
    const other = this.copies.get(destination)
    if (other !== undefined) {
      const message = `two source files named ${JSON.stringify(other.source)} and ${JSON.stringify(entry.path)} for the same destination ${destination}`
      this.problems.push({ path, message })
    } else if (this.directories.has(destination)) {
      const message = `${destination} is a directory because of another entry, and cannot be the file ${JSON.stringify(entry.path)} too`
      this.problems.push({ path, message })
    } else {
      const kind = entry.kind === 'symlink' ? 'symlink' : 'file'
      this.copies.set(destination, { source: entry.path, destination, kind, path })
    }
  }

  private needDirectory(directory: string, path: string): void {
    for (const needed of [...ancestorsOf(directory), directory]) {
      if (needed === '/' || this.directories.has(needed)) continue
      const file = this.copies.get(needed)
      if (file === undefined) {
        this.directories.add(needed)
        continue
      }
      const message = `${needed} is the file ${JSON.stringify(file.source)} because of ${file.path}, and cannot be a directory too`
      this.problems.push({ path, message })
      return
    }
  }
}
