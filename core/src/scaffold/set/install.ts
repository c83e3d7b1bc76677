/** Makes what is installed the set that penstock.yaml and its lock file say. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readManifest } from '../../host/manifest.js'
import {
  type DeclaredPackage,
  declaredPackages,
  packedSpec,
  placesOf,
  type SetConfig,
  specOf,
  tarballOf,
} from './declared.js'
import { askedIn, type Lock, lockedVersion, readLock, readNpmLock, withAddresses, writeLock } from './lock.js'
import { npm } from './npm.js'
import { changing, dependenciesOf, installedVersion, writeDependencies } from './staged.js'

/** Something about the set is not as it must be. */
export class SetRefused extends Error {
  override readonly name = 'CommandFailed'
}

export interface InstallOptions {
  /** Exactly what the lock file says, or nothing. */
  readonly frozen?: boolean
  /** Where npm keeps what it fetches; its usual place when absent. */
  readonly cache?: string
  /** All is in the cache, and no registry is asked. */
  readonly offline?: boolean
  /** Tarballs that penstock.yaml names, where a bundle brings them. */
  readonly packages?: string
}

/** `penstock-plugin-x 1.0.0 -> 1.1.0`, for people. */
export type Change = string

/**
 * Errors: SetRefused when `frozen` and the two files do not agree; NpmFailed, also for a package whose hash is another one
 * than the lock file has; PluginRefused for a package that is no plugin. Nothing has changed then.
 */
export async function installSet(config: SetConfig, options: InstallOptions = {}): Promise<readonly Change[]> {
  const { installed, lock: lockFile } = placesOf(config)
  const declared = await declaredPackages(config)
  const lock = readLock(lockFile)
  const wanted = wantedSpecs(declared, lock, dependenciesOf(installed))
  if (options.frozen) checkFrozen(config, declared, lock, wanted)
  if (lock !== undefined && isInstalled(installed, lock, wanted)) return []
  return changing(installed, false, async (folder) => {
    writeDependencies(folder, wanted)
    copyTarballs(config, declared, wanted, folder, options.packages)
    if (lock !== undefined) writeLock(join(folder, 'package-lock.json'), options.offline ? withAddresses(lock) : lock)
    const where = options.cache === undefined ? [] : ['--cache', options.cache]
    await npm(folder, [options.frozen ? 'ci' : 'install', ...where, ...(options.offline ? ['--offline'] : [])])
    const names = Object.keys(wanted)
    for (const name of names) await readManifest(join(folder, 'node_modules', name))
    const made = options.frozen && lock ? lock : readNpmLock(folder)
    writeLock(join(folder, 'package-lock.json'), made)
    if (!options.frozen) writeLock(lockFile, made)
    return changesOf(installed, folder)
  })
}

/** A spec for each package: penstock.yaml's word, or else the lock file's, or else what is installed, or else any. */
function wantedSpecs(
  declared: readonly DeclaredPackage[],
  lock: Lock | undefined,
  installed: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const locked = askedIn(lock)
  return Object.fromEntries(
    declared.map((one) => [one.name, specOf(one) ?? locked[one.name] ?? packed(installed[one.name]) ?? '*']),
  )
}

/** A tarball that was added from anywhere, once it is copied. */
function packed(spec: string | undefined): string | undefined {
  return spec?.startsWith('file:') ? packedSpec(spec) : spec
}

function checkFrozen(
  { baseFolder }: SetConfig,
  declared: readonly DeclaredPackage[],
  lock: Lock | undefined,
  wanted: Readonly<Record<string, string>>,
): void {
  const { lock: file } = placesOf({ baseFolder, plugins: {}, dataDir: '' })
  const remedy = 'run penstock plugin install without --frozen, and commit penstock.yaml and the lock file together'
  if (lock === undefined) throw new SetRefused(`${file} is not there: ${remedy}`)
  const asked = askedIn(lock)
  const wrong = [
    ...declared
      .filter(({ name }) => asked[name] !== wanted[name] || lockedVersion(lock, name) === undefined)
      .map(({ key, name }) => `plugins.${key} is ${wanted[name]}, and the lock file has ${asked[name] ?? 'none'}`),
    ...Object.keys(asked)
      .filter((name) => wanted[name] === undefined)
      .map((name) => `the lock file has ${name}, which penstock.yaml does not name`),
  ]
  if (wrong.length > 0) throw new SetRefused(`${wrong.join('; ')}: ${remedy}`)
}

function isInstalled(installed: string, lock: Lock, wanted: Readonly<Record<string, string>>): boolean {
  if (!existsSync(join(installed, 'package-lock.json'))) return false
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
  const there = readNpmLock(installed)
  const names = Object.keys(wanted)
  return (
    same(there.packages, lock.packages) &&
    same(Object.entries(askedIn(lock)).sort(), Object.entries(wanted).sort()) &&
    names.every((name) => installedVersion(installed, name) === lockedVersion(lock, name))
  )
}

function copyTarballs(
  { baseFolder, dataDir }: SetConfig,
  declared: readonly DeclaredPackage[],
  wanted: Readonly<Record<string, string>>,
  folder: string,
  brought: string | undefined,
): void {
  for (const one of declared) {
    const spec = wanted[one.name] ?? ''
    if (!spec.startsWith('file:')) continue
    const name = basename(spec)
    const places = [
      tarballOf(one, baseFolder),
      ...(brought === undefined ? [] : [join(brought, name)]),
      join(dataDir, 'plugins', 'packages', name),
      oldPlace(dataDir, one.name),
    ].filter((place) => place !== undefined)
    const from = places.find((place) => existsSync(place))
    if (from === undefined) throw new SetRefused(`plugins.${one.key} is the tarball ${places[0]}, which is not there`)
    mkdirSync(join(folder, 'packages'), { recursive: true, mode: 0o700 })
    copyFileSync(from, join(folder, 'packages', name))
  }
}

/** Where a tarball was when it was added, before tarballs were copied. */
function oldPlace(dataDir: string, name: string): string | undefined {
  const spec = dependenciesOf(join(dataDir, 'plugins'))[name]
  return spec?.startsWith('file:') ? resolve(dataDir, 'plugins', spec.slice('file:'.length)) : undefined
}

/** What differs between two states, a plugin each. */
export function changesOf(before: string, after: string): readonly Change[] {
  const names = new Set([...Object.keys(dependenciesOf(before)), ...Object.keys(dependenciesOf(after))])
  return [...names].flatMap((name) => {
    const [old, fresh] = [installedVersion(before, name), installedVersion(after, name)]
    return old === fresh ? [] : [`${name} ${old ?? 'not there'} -> ${fresh ?? 'not there'}`]
  })
}
