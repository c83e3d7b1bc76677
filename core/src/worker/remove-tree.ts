import { chmod, readdir, rmdir, unlink } from 'node:fs/promises'

/** How many entries of a folder are removed side by side. */
const SIDE_BY_SIDE = 16
/** How often a folder into which something is still written is emptied. */
const ATTEMPTS = 4

const slash = Buffer.from('/')

/**
 * Removes a folder with all that is in it, whatever a build made of it: folders without write permission (Go's module cache is
 * made so) are opened first, and names are bytes, for not all are UTF-8. Links are not followed. Nothing when it is not there.
 * Errors: of the file system, for what another user owns.
 */
export async function removeTree(path: string): Promise<void> {
  const folder = Buffer.from(path)
  for (let attempt = 1; ; attempt++) {
    try {
      return await remove(folder, async () => undefined)
    } catch (error) {
      if (codeOf(error) !== 'ENOTEMPTY' || attempt === ATTEMPTS) throw error
    }
  }
}

/** `openParent` gives the owner write permission on the folder that holds this one. */
async function remove(folder: Buffer, openParent: Open): Promise<void> {
  const open = () => chmod(folder, 0o700)
  const read = () => readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  const entries = (await insist(read, open)) ?? []
  for (let at = 0; at < entries.length; at += SIDE_BY_SIDE) {
    const some = entries.slice(at, at + SIDE_BY_SIDE).map((entry) => {
      const inside = Buffer.concat([folder, slash, entry.name])
      return entry.isDirectory() ? remove(inside, open) : insist(() => unlink(inside), open)
    })
    await Promise.all(some)
  }
  await insist(() => rmdir(folder), openParent)
}

type Open = () => Promise<unknown>

/** Does it, if need be after `open`. `undefined` when there is nothing there. */
async function insist<T>(deed: () => Promise<T>, open: Open): Promise<T | undefined> {
  try {
    return await deed()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error
  }
  await open()
  return deed()
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
