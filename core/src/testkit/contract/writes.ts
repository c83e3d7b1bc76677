/** Sees what this process writes where, by listening at `node:fs`. */
import fs from 'node:fs'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A call that changes something, and which of its arguments name what it changes. */
const changing: Readonly<Record<string, readonly number[]>> = {
  appendFile: [0],
  copyFile: [1],
  cp: [1],
  link: [1],
  mkdir: [0],
  mkdtemp: [0],
  rename: [0, 1],
  rm: [0],
  rmdir: [0],
  symlink: [1],
  truncate: [0],
  unlink: [0],
  writeFile: [0],
  createWriteStream: [0],
}

/** Opens for reading say so; all else writes. */
const opening = ['open', 'openSync']

type Functions = Record<string, (...given: unknown[]) => unknown>

/**
 * Runs `work` and answers what it wrote outside of `allowed`, as `mkdir /path`. Only what goes through `node:fs` of this
 * process is seen, not what child processes write.
 */
export async function writesOutside(allowed: readonly string[], work: () => Promise<void>): Promise<readonly string[]> {
  const seen = new Set<string>()
  const note = (what: string, path: unknown) => {
    const file = asPath(path)
    if (file === undefined || file.startsWith('/dev/') || file.startsWith('/proc/')) return
    if (!allowed.some((folder) => file === folder || file.startsWith(folder + sep))) seen.add(`${what} ${file}`)
  }
  const restore = [fs as unknown as Functions, fs.promises as unknown as Functions].map((from) => listen(from, note))
  try {
    await work()
  } finally {
    for (const undo of restore) undo()
  }
  return [...seen]
}

function listen(from: Functions, note: (what: string, path: unknown) => void): () => void {
  const originals: Functions = {}
  const replace = (name: string, look: (given: unknown[]) => void) => {
    const original = from[name]
    if (typeof original !== 'function') return
    originals[name] = original
    from[name] = Object.assign(function (this: unknown, ...given: unknown[]) {
      look(given)
      return original.apply(this, given)
    }, original)
  }
  for (const [name, places] of Object.entries(changing)) {
    for (const each of [name, `${name}Sync`])
      replace(each, (given) => {
        for (const place of places) note(name, given[place])
      })
  }
  for (const name of opening) replace(name, (given) => writes(given[1]) && note('open', given[0]))
  return () => Object.assign(from, originals)
}

function writes(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
  return typeof flags === 'string' && /[wa+]/.test(flags)
}

function asPath(path: unknown): string | undefined {
  if (path instanceof URL) return fileURLToPath(path)
  if (typeof path === 'string') return resolve(path)
  return Buffer.isBuffer(path) ? resolve(path.toString()) : undefined // A number is a file that is open.
}
