import { closeSync } from 'node:fs'
import { mkdir, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkZip } from '../artifacts/check-zip.js'
import { type PackResult, packFolder } from '../artifacts/pack.js'
import { type UnpackOptions, type UnpackResult, unpack } from '../artifacts/unpack.js'
import { openInside } from '../artifacts/zip/open-inside.js'
import type { Artifact } from '../domain/artifact.js'
import { defined } from '../domain/defined.js'

/** How an output becomes a zip. */
export interface Packing {
  /** Globs of what to take of the folder; all when absent. */
  readonly files?: readonly string[] | undefined
  /** Globs of what not to take. */
  readonly exclude?: readonly string[] | undefined
  /** The source is a zip already, to be kept byte for byte. */
  readonly packed?: boolean | undefined
  /** A real folder that all of it must lie in; anywhere when absent. */
  readonly inside?: string | undefined
}

/**
 * Hands the zip of a source, a folder or a zip already, to `use`; what was packed for it is removed afterwards. Answers notes for
 * the log. Errors: ArtifactError for what cannot be packed, or would not unpack; those of `use`.
 */
export async function withZip(
  { name }: Artifact,
  source: string,
  { files, exclude, packed, inside }: Packing,
  scratch: string,
  signal: AbortSignal,
  use: (zip: string, size: number) => Promise<unknown>,
): Promise<readonly string[]> {
  if (packed) {
    const size = await asItself(source, inside, use)
    return [`output artifact "${name}": ${size} bytes, as they are`]
  }
  const zip = await scratchFile(scratch, `${name}.out.zip`)
  try {
    const packed = await packFolder(source, zip, defined({ files, exclude, signal, inside }))
    await use(zip, packed.size)
    return [...packingNotes(packed), `${packed.size} bytes`].map((note) => `output artifact "${name}": ${note}`)
  } finally {
    await rm(zip, { force: true })
  }
}

/** Checks and hands on a zip that is opened once, so that nobody can put another file in its place. */
async function asItself(
  source: string,
  inside: string | undefined,
  use: (zip: string, size: number) => Promise<unknown>,
): Promise<number> {
  const fd = openInside(await realpath(source), inside)
  try {
    const opened = `/proc/self/fd/${fd}`
    await checkZip(opened)
    const { size } = await stat(opened)
    await use(opened, size)
    return size
  } finally {
    closeSync(fd)
  }
}

/**
 * Lets `download` write an artifact's zip, and unpacks it into `folder`. Answers notes for the log. Errors: those of
 * `download`, and of unpacking.
 */
export async function fromZip(
  artifact: Artifact,
  folder: string,
  scratch: string,
  options: UnpackOptions,
  download: (zip: string) => Promise<void>,
): Promise<readonly string[]> {
  const zip = await scratchFile(scratch, `${artifact.name}.in.zip`)
  try {
    await download(zip)
    return unpackingNotes(artifact, await unpack(zip, folder, options))
  } finally {
    await rm(zip, { force: true })
  }
}

/** How many files one note names. */
const NAMED = 5

/** What the log says of an input that was unpacked. */
function unpackingNotes({ name }: Artifact, { omitted }: UnpackResult): string[] {
  return note(omitted, 'left out: links that lead out of the artifact').map((one) => `input artifact "${name}": ${one}`)
}

function note(paths: readonly string[], why: string): string[] {
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : ''
  return paths.length === 0 ? [] : [`${paths.slice(0, NAMED).join(', ')}${more}: ${why}`]
}

function packingNotes({ unmatched, skipped, unnameable, outward, mistimed }: PackResult): string[] {
  return [
    ...unmatched.map((glob) => `nothing matches ${glob}`),
    ...note(skipped, 'left out: no file that a zip can hold'),
    ...note(unnameable, 'left out: the name, or the target of a link, is not UTF-8'),
    ...note(outward, 'links that lead out of the artifact, kept as links'),
    ...note(mistimed, 'times that a zip cannot hold (1901 to 2106 is right), set to the nearest'),
  ]
}

/** A name in the scratch folder with nothing at it: a killed process may have left half a zip there. */
async function scratchFile(scratch: string, name: string): Promise<string> {
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const path = join(scratch, name)
  await rm(path, { force: true })
  return path
}
