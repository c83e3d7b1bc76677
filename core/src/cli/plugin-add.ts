import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Config } from '../app/config.js'
import { discoverPlugins } from '../host/discover.js'
import { readManifest } from '../host/manifest.js'
import { noPermissions, notGranted, permissionsText } from '../host/permissions.js'
import { locateEntry, readSection, writeSection } from '../scaffold/plugin-section.js'
import { installPackage } from '../scaffold/plugins-folder.js'
import type { WhereOptions } from './main.js'
import { configOf } from './where.js'

/**
 * `penstock plugin add WHAT`: a package's name (with a version), a tarball, a folder or a single source file. Packages go
 * to DATA/plugins, whose last state is kept as DATA/plugins.prev; penstock.yaml gets the plugin's entry.
 */
export async function addPlugin(what: string, options: WhereOptions): Promise<void> {
  const config = configOf(options)
  const file = config.file ?? resolve('penstock.yaml')
  const path = resolve(what)
  const here = existsSync(path)
  const works = here && (statSync(path).isDirectory() || /\.([cm]?[jt]s|ya?ml)$/.test(path))
  const key = works
    ? entryKey(config.baseFolder, path)
    : await installPackage(join(config.dataDir, 'plugins'), here ? path : what)
  if (readSection(file, key) === undefined) writeSection(file, key, {})
  process.stdout.write(
    `${locateEntry(file, key)}\n${await asksFor(config, key)}Start the server again, or reload the plugin, to have it.\n`,
  )
}

/** What its manifest asks for, and how the operator grants it: nothing is granted by adding it. */
async function asksFor(config: Config, key: string): Promise<string> {
  const { baseFolder, plugins, dataDir } = config
  const configured = { ...plugins, [key]: plugins[key] ?? {} }
  const all = await discoverPlugins({ configured, baseFolder, pluginsFolder: join(dataDir, 'plugins'), bundled: [] })
  const { place, permissions: granted = noPermissions } = all.find((one) => one.key === key) ?? {}
  if (place === undefined || !('path' in place) || place.kind === 'file' || place.kind === 'yaml') return ''
  const { permissions: asked = noPermissions } = await readManifest(place.path)
  const missing = notGranted(asked, granted)
  if (missing.length === 0) return ''
  return `It asks for more than its own folders. If you trust it with that, write into its entry:\n  ${permissionsText(missing)}\n`
}

function entryKey(base: string, path: string): string {
  const inside = relative(base, path)
  return isAbsolute(inside) || inside.startsWith('..') ? path : `./${inside}`
}
