import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
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
  process.stdout.write(`${locateEntry(file, key)}\nStart the server again, or reload the plugin, to have it.\n`)
}

function entryKey(base: string, path: string): string {
  const inside = relative(base, path)
  return isAbsolute(inside) || inside.startsWith('..') ? path : `./${inside}`
}
