import { readdir } from 'node:fs/promises'

/**
 * The keys below a bucket's folder that begin with `prefix` and come after `after`, in the order of their UTF-8 bytes.
 * Folders that hold none of them are not opened. What disappears meanwhile is left out.
 */
export async function* listKeys(folder: string, prefix: string, after: string): AsyncGenerator<string> {
  yield* walk(folder, '', Buffer.from(prefix), Buffer.from(after))
}

/** `path` is the folder's own, as keys have it: empty, or with a slash at its end. */
async function* walk(folder: string, path: string, prefix: Buffer, after: Buffer): AsyncGenerator<string> {
  for (const { name, isFolder } of await entries(folder)) {
    const key = `${path}${name}${isFolder ? '/' : ''}`
    const bytes = Buffer.from(key)
    if (!isFolder) {
      if (startsWith(bytes, prefix) && Buffer.compare(bytes, after) > 0) yield key
      continue
    }
    const fits = startsWith(bytes, prefix) || startsWith(prefix, bytes)
    const isBehind = Buffer.compare(bytes, after) > 0 || startsWith(after, bytes)
    if (fits && isBehind) yield* walk(`${folder}/${name}`, key, prefix, after)
  }
}

interface Entry {
  readonly name: string
  readonly isFolder: boolean
}

/** Sorted as the keys below them are: a folder by its name with the slash that follows. */
async function entries(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  const order = (each: Entry) => Buffer.from(each.isFolder ? `${each.name}/` : each.name)
  return found
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .sort((a, b) => Buffer.compare(order(a), order(b)))
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.length >= beginning.length && bytes.subarray(0, beginning.length).equals(beginning)
}
