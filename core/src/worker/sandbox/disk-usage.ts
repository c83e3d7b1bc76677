import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a folder takes of its file system. */
export interface DiskUsage {
  /** On the disk, not as files say that they are long. */
  readonly bytes: number
  /** Files, links and folders. */
  readonly files: number
}

/** Adds a folder up, links not followed and a file of several names counted once; what goes meanwhile counts nothing. */
export async function diskUsage(folder: string): Promise<DiskUsage> {
  const sum = { bytes: 0, files: 0 }
  try {
    await add(folder, sum, new Set())
    return sum
  } catch (error) {
    if (!isTooDeep(error)) throw error
    return byProgram(folder)
  }
}

async function add(folder: string, sum: { bytes: number; files: number }, counted: Set<number>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(unlessTooDeep([]))) {
    const path = join(folder, entry.name)
    const { blocks = 0, nlink = 0, ino = 0 } = (await lstat(path).catch(unlessTooDeep(undefined))) ?? {}
    const isFolder = entry.isDirectory()
    if (nlink > 0 && (isFolder || nlink === 1 || !counted.has(ino))) {
      sum.bytes += blocks * 512
      sum.files += 1
      if (nlink > 1 && !isFolder) counted.add(ino)
    }
    if (isFolder) await add(path, sum, counted)
  }
}

/** du goes from folder to folder, so that nothing lies too deep for it. */
async function byProgram(folder: string): Promise<DiskUsage> {
  const total = async (unit: string) => {
    const { stdout } = await run('du', ['-s', unit, '--', folder], { timeout: 60_000 }).catch(
      (error: { readonly stdout?: string }) => ({ stdout: error.stdout ?? '' }), // something went meanwhile
    )
    return Number.parseInt(stdout, 10) || 0
  }
  return { bytes: await total('-B1'), files: await total('--inodes') }
}

function unlessTooDeep<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (isTooDeep(error)) throw error
    return otherwise
  }
}

function isTooDeep(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG'
}

/** Bytes of files that have no name any more, and stay on the disk as long as one of these processes has them open. */
export function openUnnamed(pids: readonly number[]): number {
  const files = new Map<string, number>()
  for (const path of pids.flatMap(descriptors)) {
    const found = statOf(path)
    if (found?.isFile() && found.nlink === 0) files.set(`${found.dev} ${found.ino}`, found.blocks * 512)
  }
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0)
}

function descriptors(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return [] // it is gone, or another user's
  }
}

function statOf(path: string) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
