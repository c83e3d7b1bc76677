import { join, resolve } from 'node:path'
import { shortName } from '../host/manifest.js'
import { suggestion } from '../host/nearest.js'
import { readSection, sectionKeys, writeSection } from '../scaffold/plugin-section.js'
import { installedPackages, uninstallPackage } from '../scaffold/plugins-folder.js'
import type { WhereOptions } from './main.js'
import { CommandFailed } from './output.js'
import { configOf } from './where.js'

/** `penstock plugin remove NAME`: takes away its entry of penstock.yaml, and its package. Its data folder stays. */
export async function removePlugin(name: string, options: WhereOptions): Promise<void> {
  const config = configOf(options)
  const file = config.file ?? resolve('penstock.yaml')
  const plugins = join(config.dataDir, 'plugins')
  const same = (key: string) => key === name || shortName(key) === shortName(name)
  const key = sectionKeys(file).find(same)
  const installed = installedPackages(plugins).find(same)
  if (key === undefined && installed === undefined) {
    const known = [...new Set([...sectionKeys(file), ...installedPackages(plugins)].map(shortName))]
    throw new CommandFailed(`no plugin '${name}' was added${suggestion(shortName(name), known)}`)
  }
  if (key !== undefined && readSection(file, key) !== undefined) writeSection(file, key, undefined)
  if (installed !== undefined) await uninstallPackage(plugins, installed)
  process.stdout.write(`${key ?? installed} is removed; start the server again to be without it.\n`)
}
