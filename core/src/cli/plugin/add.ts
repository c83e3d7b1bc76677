import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Config } from '../../app/config.js'
import { discoverPlugins } from '../../host/discover.js'
import { readManifest, shortName } from '../../host/manifest.js'
import { noPermissions, notGranted, permissionsText } from '../../host/permissions.js'
import { locateEntry, readSection, sectionKeys, writeSection, writeVersion } from '../../scaffold/plugin-section.js'
import { type Added, installPackage, writeSetLock } from '../../scaffold/plugins-folder.js'
import { placesOf } from '../../scaffold/set/declared.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed } from '../output.js'
import { configOf } from '../where.js'
import { tryPlugin, wantsConfiguration, whatIsWrong } from './trial.js'

/**
 * `penstock plugin add WHAT`: a package's name (with a version), a tarball, a folder or a single source file. Packages go
 * to DATA/plugins, whose last state is kept as DATA/plugins.prev; penstock.yaml gets the plugin's entry, with the version of
 * a package, and the lock file beside it what that consists of. What cannot be loaded is not added.
 */
export async function addPlugin(what: string, options: WhereOptions): Promise<void> {
  const config = configOf(options)
  const file = config.file ?? resolve('penstock.yaml')
  const path = resolve(what)
  const here = existsSync(path)
  const works = here && (statSync(path).isDirectory() || /\.([cm]?[jt]s|ya?ml)$/.test(path))
  const { key, note } = works ? await addPlace(config, file, path) : await addPackage(config, file, here ? path : what)
  const needed = note === undefined ? '' : `It cannot start yet: ${note}\n`
  process.stdout.write(
    `${locateEntry(file, key)}\n${await asksFor(config, key)}${needed}Start the server again, or reload the plugin, to have it.\n`,
  )
}

interface Entry {
  readonly key: string
  /** What its section still wants. */
  readonly note?: string
}

async function addPlace(config: Config, file: string, path: string): Promise<Entry> {
  const key = entryKey(config.baseFolder, path)
  const note = await judge(config, file, key)
  if (readSection(file, key) === undefined) writeSection(file, key, {})
  return { key, ...note }
}

async function addPackage(config: Config, file: string, what: string): Promise<Entry> {
  const { installed, lock } = placesOf(config)
  let note: Pick<Entry, 'note'> = {}
  const { name, spec } = await installPackage(installed, what, async (added, folder) => {
    note = await judge(config, file, added.name, folder)
  })
  const key = sectionKeys(file).find((each) => shortName(each) === shortName(name) && !/^[./]/.test(each)) ?? name
  const version = declared(config, { name, spec }, what)
  if (version !== undefined) writeVersion(file, key, version)
  else if (readSection(file, key) === undefined) writeSection(file, key, {})
  writeSetLock(installed, lock)
  return { key, ...note }
}

/** What penstock.yaml can say of it: a version, or a tarball that lies beside it; nothing for one from elsewhere. */
function declared({ baseFolder }: Config, { spec }: Added, what: string): string | undefined {
  if (!spec.startsWith('file:')) return spec
  const inside = relative(baseFolder, what)
  return isAbsolute(inside) || inside.startsWith('..') ? undefined : `file:./${inside}`
}

/** Errors: CommandFailed when it cannot be loaded, or penstock.yaml has a plugin of its name already. */
async function judge(config: Config, file: string, key: string, folder?: string): Promise<Pick<Entry, 'note'>> {
  const { version: _, ...section } = (readSection(file, key) ?? {}) as { readonly version?: unknown }
  const status = await tryPlugin(config, key, section, folder)
  const problem = whatIsWrong(status)
  const twin = sectionKeys(file).find(
    (each) => each !== key && status && keyName(each) === status.name && isOther(each, key),
  )
  if (twin !== undefined) {
    throw new CommandFailed(
      `${locateEntry(file, twin)} is the plugin '${status?.name}' already: penstock plugin remove ${status?.name}, then add this one`,
    )
  }
  if (problem === undefined) return {}
  if (!wantsConfiguration(problem)) throw new CommandFailed(`${key} is not added: ${problem}`)
  return { note: problem.replace(/^load: /, '') }
}

function keyName(key: string): string {
  return shortName((key.split('/').at(-1) ?? key).replace(/(\.plugin)?\.([cm]?[jt]s|ya?ml)$/, ''))
}

/** A short key and a package's name are the same entry. */
function isOther(one: string, other: string): boolean {
  const isPath = (key: string) => /^[./]/.test(key)
  return isPath(one) || isPath(other)
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
