import { lstatSync, opendirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from './remove-tree.js'

/** How many files and folders are removed at once, on the server's own thread: some hundredths of a millisecond each. */
const FEW = 48
/** Bytes: to remove a larger file may take the system a while. */
const SMALL = 256 * 1024

/**
 * Removes a folder with all that is in it; nothing when it is not there. A small one, as most actions leave, goes at once:
 * to hand each of its files to another thread would cost several times what it costs to remove it.
 * Errors: of the file system, for what another user owns.
 */
export async function removeFolder(path: string): Promise<void> {
  if (!removeFew(path, { left: FEW })) await removeTree(path)
}

/** False when something is left: there was too much, a file was large, or something could not be removed. */
function removeFew(path: string, budget: { left: number }): boolean {
  try {
    for (const entry of entriesOf(path, budget)) {
      const inside = join(path, entry.name)
      if (entry.isDirectory()) {
        if (!removeFew(inside, budget)) return false
      } else {
        if (lstatSync(inside).size > SMALL) return false
        unlinkSync(inside)
      }
    }
    rmdirSync(path)
    return true
  } catch {
    return false
  }
}

function* entriesOf(path: string, budget: { left: number }) {
  const folder = opendirSync(path, { bufferSize: FEW })
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      if (budget.left-- <= 0) throw new Error('too many for now')
      yield entry
    }
  } finally {
    folder.closeSync()
  }
}
