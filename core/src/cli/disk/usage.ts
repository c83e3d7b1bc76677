import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What one part takes: on the disk, not by the length of its files. */
export interface Usage {
  readonly name: string
  readonly bytes: number
  readonly files: number
}

export interface FolderUsage {
  readonly totalBytes: number
  /** Of the data folder, the largest first. */
  readonly parts: readonly Usage[]
  /** Of the artifacts, by the first part of their keys: a pipeline. */
  readonly artifacts: readonly Usage[]
}

/** Errors: the folder cannot be read. What goes away meanwhile is passed over. */
export async function usageOf(folder: string): Promise<FolderUsage> {
  const names = await readdir(folder)
  const databases = names.filter((name) => name.startsWith('penstock.db'))
  const rest = names.filter((name) => !databases.includes(name))
  const database = sum('database', await Promise.all(databases.map((name) => measure(join(folder, name), name))))
  const others: Usage[] = []
  for (const name of rest) others.push(await measure(join(folder, name), name))
  const parts = [database, ...others].filter(({ files }) => files > 0).sort(bySize)
  return {
    totalBytes: sum('', parts).bytes,
    parts,
    artifacts: await artifactsOf(join(folder, 'artifacts')),
  }
}

const bySize = (a: Usage, b: Usage) => b.bytes - a.bytes

/** The store keeps a bucket a folder, and in it what keys begin with. */
async function artifactsOf(folder: string): Promise<Usage[]> {
  const found = new Map<string, Usage>()
  for (const bucket of await readdir(folder).catch(() => []))
    for (const name of await readdir(join(folder, bucket)).catch(() => [])) {
      const usage = await measure(join(folder, bucket, name), name)
      found.set(name, sum(name, [usage, ...(found.get(name) ? [found.get(name) as Usage] : [])]))
    }
  return [...found.values()].filter(({ files }) => files > 0).sort(bySize)
}

function sum(name: string, parts: readonly Usage[]): Usage {
  return parts.reduce((all, { bytes, files }) => ({ name, bytes: all.bytes + bytes, files: all.files + files }), {
    name,
    bytes: 0,
    files: 0,
  })
}

/** Links are not followed. */
async function measure(path: string, name: string): Promise<Usage> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return { name, bytes: 0, files: 0 }
  const own = { name, bytes: found.blocks * 512, files: found.isDirectory() ? 0 : 1 }
  if (!found.isDirectory()) return own
  let all: Usage = own
  for (const each of await readdir(path).catch(() => [])) all = sum(name, [all, await measure(join(path, each), each)])
  return all
}
