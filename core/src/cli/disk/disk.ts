import { statfs } from 'node:fs/promises'
import type { WhereOptions } from '../main.js'
import { print, table } from '../output.js'
import { bytes } from '../terminal/bytes.js'
import { existingConfigOf } from '../where.js'
import { type Usage, usageOf } from './usage.js'

/** `penstock disk`: what of the data folder takes how much, and what is free. Needs no server. */
export async function disk(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const { dataDir, retention } = existingConfigOf(options)
  const usage = await usageOf(dataDir)
  const { bavail, bsize, blocks } = await statfs(dataDir)
  const [freeBytes, sizeBytes] = [bavail * bsize, blocks * bsize]
  print(options.output, { dataDir, freeBytes, sizeBytes, ...usage }, () => [
    `${dataDir}: ${bytes(usage.totalBytes)}; ${bytes(freeBytes)} of ${bytes(sizeBytes)} are free`,
    ...table([['WHAT', 'SIZE', 'FILES'], ...usage.parts.map(rowOf)]),
    ...(usage.artifacts.length === 0 ? [] : ['Artifacts by pipeline (names are cut at 20 characters):']),
    ...table(usage.artifacts.map(rowOf)),
    `penstock prune --dry-run says what could go; below ${retention.freeSpace} free (retention.freeSpace) old artifacts go by themselves`,
  ])
}

function rowOf({ name, bytes: size, files }: Usage): string[] {
  return [name, bytes(size), String(files)]
}
