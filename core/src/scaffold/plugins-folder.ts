/** DATA/plugins: packages with a lock file of their own. Each change keeps the state before it in DATA/plugins.prev. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readManifest } from '../host/manifest.js'
import { packedSpec } from './set/declared.js'
import { readNpmLock, writeLock } from './set/lock.js'
import { npm } from './set/npm.js'
import { changing, dependenciesOf, writeDependencies } from './set/staged.js'

/** The names of the packages that were added. */
export function installedPackages(folder: string): readonly string[] {
  return Object.keys(dependenciesOf(folder))
}

/** A package that was added, and how package.json has it: `1.2.3`, or `file:packages/x.tgz`. */
export interface Added {
  readonly name: string
  readonly spec: string
}

/**
 * Installs a package by name or tarball. No script of it runs; a tarball is copied, so that nothing depends on where it was.
 * `check` may refuse it. Errors: NpmFailed; why it is no plugin; what `check` throws. The folder is as before then.
 */
export async function installPackage(
  installed: string,
  what: string,
  check: (added: Added, folder: string) => Promise<void> = async () => {},
): Promise<Added> {
  return changing(installed, true, async (folder) => {
    const before = bringTarballs(installed, folder)
    await npm(folder, ['install', '--save-exact', existsSync(what) ? copied(folder, what) : what])
    const after = dependenciesOf(folder)
    const name =
      Object.keys(after).find((each) => after[each] !== before[each]) ??
      Object.keys(after).find((each) => what.startsWith(each))
    if (name === undefined) throw new Error(`npm installed nothing for ${what}`)
    await readManifest(join(folder, 'node_modules', name))
    const added = { name, spec: after[name] ?? '*' }
    await check(added, folder)
    return added
  })
}

/** Errors: NpmFailed; the folder is as before then. */
export async function uninstallPackage(installed: string, name: string): Promise<void> {
  await changing(installed, true, async (folder) => {
    bringTarballs(installed, folder)
    await npm(folder, ['uninstall', name])
  })
}

/** npm's lock of what is installed becomes the one beside penstock.yaml. */
export function writeSetLock(installed: string, lockFile: string): void {
  if (existsSync(join(installed, 'package-lock.json'))) writeLock(lockFile, readNpmLock(installed))
}

function copied(folder: string, tarball: string): string {
  const target = join(folder, 'packages', basename(tarball))
  mkdirSync(join(folder, 'packages'), { recursive: true, mode: 0o700 })
  copyFileSync(tarball, target)
  return packedSpec(tarball)
}

/** Tarballs that were added when they were not copied yet: those that are still there come along. Answers the dependencies. */
function bringTarballs(installed: string, folder: string): Readonly<Record<string, string>> {
  const before = dependenciesOf(folder)
  const after = Object.fromEntries(
    Object.entries(before).map(([name, spec]) => {
      const path = spec.startsWith('file:') ? resolve(installed, spec.slice('file:'.length)) : undefined
      const outside = path !== undefined && spec !== packedSpec(path) && existsSync(path)
      return [name, outside ? copied(folder, path) : spec]
    }),
  )
  if (Object.keys(before).length > 0) writeDependencies(folder, after)
  return after
}

/**
 * Brings DATA/plugins.prev back, and keeps what it replaces in its place: twice is as before. Answers what changed, a package
 * each, `name 1.0.0 -> 1.1.0`. Errors: Error when nothing was changed yet.
 */
export function rollBackPlugins(folder: string): readonly string[] {
  const [previous, aside] = [`${folder}.prev`, `${folder}.swap`]
  if (!existsSync(previous)) throw new Error(`${previous} is not there: no plugin was added or removed yet`)
  const before = dependenciesOf(folder)
  rmSync(aside, { recursive: true, force: true })
  if (existsSync(folder)) renameSync(folder, aside)
  renameSync(previous, folder)
  if (existsSync(aside)) renameSync(aside, previous)
  const after = dependenciesOf(folder)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name] ?? 'not there'} -> ${after[name] ?? 'not there'}`)
}
