/** One package of a stage in another version. */
import { join } from 'node:path'
import { readManifest } from '../../host/manifest.js'
import { type Lock, readNpmLock, writeLock } from './lock.js'
import { npm } from './npm.js'
import { dependenciesOf, writeDependencies } from './staged.js'

/** `asked`: what package.json and lock file say afterwards, a range perhaps. Errors: NpmFailed; PluginRefused. */
export async function upgradeStage(folder: string, name: string, version: string, asked: string): Promise<void> {
  await npm(folder, ['install', '--save-exact', `${name}@${version}`])
  await readManifest(join(folder, 'node_modules', name))
  writeDependencies(folder, { ...dependenciesOf(folder), [name]: asked })
  const { packages, ...lock } = readNpmLock(folder)
  const root = packages['']
  const changed: Lock = {
    ...lock,
    packages: { ...packages, '': { ...root, dependencies: { ...root?.dependencies, [name]: asked } } },
  }
  writeLock(join(folder, 'package-lock.json'), changed)
}
