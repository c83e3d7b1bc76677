/** The packages that penstock.yaml names: what the set is to consist of. */
import { basename, join, resolve } from 'node:path'
import { discoverPlugins, isPath, packageNames } from '../../host/discover.js'
import { PluginRefused } from '../../host/manifest.js'
import { isTarball } from '../../host/section.js'
import { askedIn, lockName, readLock } from './lock.js'

/** What of a configuration the set is made from. */
export interface SetConfig {
  readonly plugins: Readonly<Record<string, unknown>>
  /** penstock.yaml's. */
  readonly baseFolder: string
  readonly dataDir: string
}

/** A package of the set. */
export interface DeclaredPackage {
  /** In penstock.yaml. */
  readonly key: string
  /** On npm. */
  readonly name: string
  /** A version, a range, or `file:./x.tgz`; absent where penstock.yaml leaves it to the lock file. */
  readonly version?: string
}

/** Where the set is: installed, and locked. */
export function placesOf({ baseFolder, dataDir }: SetConfig) {
  return { installed: join(dataDir, 'plugins'), lock: join(baseFolder, lockName) }
}

/** In penstock.yaml's order. Errors: PluginRefused for a version that is none. */
export async function declaredPackages(config: SetConfig): Promise<readonly DeclaredPackage[]> {
  const { plugins: configured, baseFolder, dataDir } = config
  const found = await discoverPlugins({ configured, baseFolder, pluginsFolder: join(dataDir, 'plugins') })
  const locked = askedIn(readLock(placesOf(config).lock))
  return found.flatMap(({ key, place, version, off }) => {
    if (key === undefined || isPath(key) || off || ('bundled' in place && place.bundled)) return []
    if ('missing' in place && place.missing.includes('.version is')) throw new PluginRefused(place.missing)
    const installed =
      'path' in place ? place.path.slice(join(dataDir, 'plugins', 'node_modules').length + 1) : undefined
    const names = packageNames(key)
    const name = names.find((each) => each in locked) ?? installed ?? names[0]
    return [{ key, name, ...(version === undefined ? {} : { version }) }]
  })
}

/** The tarball that a version names, absolute; `undefined` for a version of a registry. */
export function tarballOf({ version = '' }: DeclaredPackage, baseFolder: string): string | undefined {
  return isTarball(version) ? resolve(baseFolder, version.slice('file:'.length)) : undefined
}

/** How npm is asked for it: tarballs are copied beside what is installed, so that it needs nothing from elsewhere. */
export function specOf(one: DeclaredPackage): string | undefined {
  return one.version !== undefined && isTarball(one.version) ? packedSpec(one.version) : one.version
}

export function packedSpec(path: string): string {
  return `file:packages/${basename(path)}`
}
