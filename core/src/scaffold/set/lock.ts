/**
 * The lock file beside penstock.yaml: npm's own (version 3), which names every package of the set with its version and its
 * hash, and no registry, so that it holds behind any mirror.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Its name; penstock.yaml's folder is where it belongs. */
export const lockName = 'penstock-plugins-lock.json'

/** A package of the lock: where it lies below DATA/plugins is its key. */
export interface LockedPackage {
  readonly version?: string
  /** `sha512-...` of its tarball. */
  readonly integrity?: string
  readonly resolved?: string
}

export interface Lock {
  readonly lockfileVersion: number
  /** The first, under the empty key, has what was asked for. */
  readonly packages: Readonly<
    Record<string, LockedPackage & { readonly dependencies?: Readonly<Record<string, string>> }>
  >
}

/** What a lock was made for: a range or version for each package. */
export function askedIn(lock: Lock | undefined): Readonly<Record<string, string>> {
  return lock?.packages['']?.dependencies ?? {}
}

/** The version that a lock gives a plugin's package. */
export function lockedVersion(lock: Lock | undefined, name: string): string | undefined {
  return lock?.packages[`node_modules/${name}`]?.version
}

/** `undefined` when there is none. Errors: Error for a file that is no lock. */
export function readLock(file: string): Lock | undefined {
  if (!existsSync(file)) return undefined
  try {
    const lock = JSON.parse(readFileSync(file, 'utf8')) as Partial<Lock>
    if (typeof lock.packages === 'object' && lock.packages !== null) return lock as Lock
  } catch {}
  throw new Error(
    `${file} is no lock file of npm's: bring it back from git, or remove it and run penstock plugin install`,
  )
}

/** What npm wrote in a folder, without the registries' addresses. */
export function readNpmLock(folder: string): Lock {
  const { packages, lockfileVersion } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as Lock
  const entries = Object.entries(packages).map(([path, { resolved, ...rest }]) => [
    path,
    resolved === undefined || /^https?:/.test(resolved) ? rest : { ...rest, resolved },
  ])
  return { lockfileVersion, packages: Object.fromEntries(entries) as Lock['packages'] }
}

/** Replaces a lock file in one piece. */
export function writeLock(file: string, lock: Lock): void {
  writeFileSync(`${file}.new`, `${JSON.stringify({ requires: true, ...lock }, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

/** For npm where it may ask no registry: it takes by its hash what it has, once it knows any address. */
export function withAddresses(lock: Lock): Lock {
  const entries = Object.entries(lock.packages).map(([path, one]) => {
    if (path === '' || one.resolved !== undefined) return [path, one]
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const file = `${name.split('/').at(-1)}-${one.version}.tgz`
    return [path, { ...one, resolved: `https://registry.npmjs.org/${name}/-/${file}` }]
  })
  return { ...lock, packages: Object.fromEntries(entries) as Lock['packages'] }
}
