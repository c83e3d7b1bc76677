/** Keeps a bundle beyond its job: hard links where the file system allows, since nobody writes to either side. */
import { chmod, copyFile, link, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ScannedBundle } from './scan.js'

/** Copies the bundle to `folder`, which then is there whole or not at all. */
export async function keepBundle(bundle: ScannedBundle, folder: string): Promise<void> {
  const temporary = `${folder}.tmp`
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  for (const entry of bundle.tree.entries) {
    const target = join(temporary, entry.path)
    if (entry.kind === 'directory') await mkdir(target, { recursive: true })
    else if (entry.kind === 'symlink') await symlink(entry.target ?? '', target)
    else await linkOrCopy(join(bundle.folder, entry.path), target)
  }
  // Last, and deepest first: a directory may not be writable.
  for (const entry of [...bundle.tree.entries].reverse()) {
    if (entry.kind === 'directory') await chmod(join(temporary, entry.path), entry.mode)
  }
  await rm(folder, { recursive: true, force: true })
  await mkdir(dirname(folder), { recursive: true })
  await rename(temporary, folder)
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch {
    await copyFile(from, to)
  }
}
