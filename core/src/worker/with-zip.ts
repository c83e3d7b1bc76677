import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkZip } from '../artifacts/check-zip.js'
import { packFolder } from '../artifacts/pack.js'
import type { Artifact } from '../domain/artifact.js'

/** How an output becomes a zip. */
export interface Packing {
  /** Globs of what to take of the folder; all when absent. */
  readonly files?: readonly string[] | undefined
  /** The source is a zip already, to be kept byte for byte. */
  readonly packed?: boolean | undefined
}

/**
 * Hands the zip of a source, a folder or a zip already, to `use`; what was packed for it is removed afterwards. Answers notes for
 * the log. Errors: ArtifactError for what cannot be packed, or would not unpack; those of `use`.
 */
export async function withZip(
  { name }: Artifact,
  source: string,
  { files, packed }: Packing,
  scratch: string,
  signal: AbortSignal,
  use: (zip: string, size: number) => Promise<unknown>,
): Promise<readonly string[]> {
  if (packed) {
    await checkZip(source)
    const { size } = await stat(source)
    await use(source, size)
    return [`output artifact "${name}": ${size} bytes, as they are`]
  }
  const zip = await scratchFile(scratch, `${name}.out.zip`)
  try {
    const { skipped, unmatched, size } = await packFolder(source, zip, { ...(files ? { files } : {}), signal })
    await use(zip, size)
    return [
      ...unmatched.map((glob) => `output artifact "${name}": nothing matches ${glob}`),
      ...skipped.map((path) => `output artifact "${name}": ${path} is no file that a zip can hold`),
      `output artifact "${name}": ${size} bytes`,
    ]
  } finally {
    await rm(zip, { force: true })
  }
}

/** A name in the scratch folder with nothing at it: a killed process may have left half a zip there. */
export async function scratchFile(scratch: string, name: string): Promise<string> {
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const path = join(scratch, name)
  await rm(path, { force: true })
  return path
}
