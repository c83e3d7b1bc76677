import { open } from 'node:fs/promises'
import { defaultLimits } from './unpack.js'
import { runTask } from './zip/pool.js'

/**
 * Judges a zip as unpacking would, without writing anything: its table of contents, names, links and sizes, and that its
 * entries lie in it; not the data itself. Errors: ArtifactError ArtifactInvalid naming the entry, ArtifactTooLarge.
 */
export async function checkZip(path: string): Promise<void> {
  const zip = await open(path, 'r')
  try {
    await runTask('checkArchive', { fd: zip.fd, limits: defaultLimits })
  } finally {
    await zip.close()
  }
}
