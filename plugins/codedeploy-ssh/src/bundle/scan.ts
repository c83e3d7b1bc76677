/** Reads what is in an unpacked bundle. */
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { JobFailed } from '@penstock/core'
import { type BundleEntry, BundleTree } from '../plan/bundle-tree.js'
import { APPSPEC_NAMES } from '../plan/revision-plan.js'

export interface ScannedBundle {
  /** Absolute; a single directory that wraps everything is already left out. */
  readonly folder: string
  readonly tree: BundleTree
}

const CONCURRENT = 32

/** Walks the folder without following links. Sockets, pipes and devices are left out. Parents come before children. */
export async function scanBundle(root: string): Promise<ScannedBundle> {
  const folder = await unwrap(root)
  const entries: BundleEntry[] = []
  let level = ['']
  while (level.length > 0) {
    const next: string[] = []
    for (let at = 0; at < level.length; at += CONCURRENT) {
      const lists = await Promise.all(
        level.slice(at, at + CONCURRENT).map((directory) => scanDirectory(folder, directory)),
      )
      for (const entry of lists.flat()) {
        entries.push(entry)
        if (entry.kind === 'directory') next.push(entry.path)
      }
    }
    level = next
  }
  return { folder, tree: new BundleTree(entries) }
}

/** As the agent: when the only thing there is a directory that holds an AppSpec file, that directory is the bundle. */
async function unwrap(root: string): Promise<string> {
  const [only, ...others] = await readdir(root, { withFileTypes: true })
  if (only === undefined || others.length > 0 || !only.isDirectory()) return root
  const inside = join(root, only.name)
  const names = await readdir(inside)
  return names.some((name) => /appspec/i.test(name)) ? inside : root
}

async function scanDirectory(folder: string, directory: string): Promise<BundleEntry[]> {
  const names = await readdir(join(folder, directory))
  const entries = await Promise.all(
    names.sort().map((name) => scanEntry(folder, directory === '' ? name : `${directory}/${name}`)),
  )
  return entries.filter((entry) => entry !== undefined)
}

async function scanEntry(folder: string, path: string): Promise<BundleEntry | undefined> {
  const absolute = join(folder, path)
  const stats = await lstat(absolute)
  const common = { path, mode: stats.mode & 0o7777, mtime: Math.floor(stats.mtimeMs / 1000) }
  if (stats.isFile()) return { ...common, kind: 'file', size: stats.size }
  if (stats.isDirectory()) return { ...common, kind: 'directory', size: 0 }
  if (stats.isSymbolicLink()) return { ...common, kind: 'symlink', size: 0, target: await readlink(absolute) }
  return undefined
}

/**
 * The bundle's AppSpec file: `appspec.yml`, or else `appspec.yaml`.
 * Errors: JobFailed when neither is there.
 */
export async function readAppSpec(bundle: ScannedBundle): Promise<{ readonly name: string; readonly text: string }> {
  const name = APPSPEC_NAMES.find((candidate) => bundle.tree.resolve(candidate)?.kind === 'file')
  if (name === undefined) {
    const there = bundle.tree.children('').slice(0, 10).join(', ') || 'nothing'
    throw new JobFailed(`the bundle has no appspec.yml in its root, which holds: ${there}`, 'ConfigurationError')
  }
  const file = await realpath(join(bundle.folder, name))
  if (!file.startsWith(`${await realpath(bundle.folder)}/`)) {
    throw new JobFailed(`${name} is a link that leads out of the bundle: a file is right`, 'ConfigurationError')
  }
  return { name, text: await readFile(file, 'utf8') }
}
