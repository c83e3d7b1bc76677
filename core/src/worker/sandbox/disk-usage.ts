import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes that a folder takes on the disk, links not followed; what goes meanwhile counts nothing. */
export async function diskUsage(folder: string): Promise<number> {
  let sum = 0
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) sum += await diskUsage(path)
    else sum += ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * 512
  }
  return sum
}
