/** A repository's working copy, as what looks at it needs it. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface Folder {
  /** Absolute. */
  readonly path: string
  /** Its last part. */
  readonly name: string
  /** The file is there, by its path below the folder; of several the first that is. */
  has(...files: readonly string[]): string | undefined
  /** The first file at the top whose name fits. */
  find(name: RegExp): string | undefined
  /** A file's text; empty when it cannot be read. */
  text(file: string): string
}

/** Errors: those of reading the folder. */
export function openFolder(path: string): Folder {
  const top = readdirSync(path).sort()
  const text = (file: string) => {
    try {
      return readFileSync(join(path, file), 'utf8')
    } catch {
      return ''
    }
  }
  const there = (file: string) => {
    const [first = '', ...rest] = file.split('/')
    if (!top.includes(first)) return false
    return rest.length === 0 || openable(join(path, file))
  }
  return {
    path,
    name: basename(path),
    has: (...files) => files.find(there),
    find: (name) => top.find((file) => name.test(file)),
    text,
  }
}

function openable(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR'
  }
}
