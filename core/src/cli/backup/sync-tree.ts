import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncPath } from '../../artifacts/folder/durable.js'

/** Makes a folder with all that is in it outlive a power cut, its own name included. Links are left as they are. */
export async function syncTree(folder: string): Promise<void> {
  await syncInside(folder)
  await syncPath(dirname(folder))
}

async function syncInside(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncInside(path)
    else if (entry.isFile()) await syncPath(path)
  }
  await syncPath(folder)
}
