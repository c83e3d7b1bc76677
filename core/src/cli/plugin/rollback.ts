import { resolve } from 'node:path'
import { writeVersion } from '../../scaffold/plugin-section.js'
import { rollBackPlugins, writeSetLock } from '../../scaffold/plugins-folder.js'
import { declaredPackages, placesOf } from '../../scaffold/set/declared.js'
import { installedVersion } from '../../scaffold/set/staged.js'
import type { WhereOptions } from '../main.js'
import { configOf } from '../where.js'

/** `penstock plugin rollback`: the packages as they were before the last change, with their versions in penstock.yaml and the lock file. */
export async function rollBack(options: WhereOptions): Promise<void> {
  const config = configOf(options)
  const file = config.file ?? resolve('penstock.yaml')
  const { installed, lock } = placesOf(config)
  const changes = rollBackPlugins(installed)
  for (const { key, name, version } of await declaredPackages(config)) {
    const now = installedVersion(installed, name)
    if (now === undefined || version === undefined || !/^\d+\.\d+\.\d+/.test(version) || version === now) continue
    writeVersion(file, key, now)
  }
  writeSetLock(installed, lock)
  const said = changes.length === 0 ? ['nothing differs'] : changes
  process.stdout.write(`${said.join('\n')}\nStart the server again, or reload the plugin, to have it.\n`)
}
