/** Finds plugins: those that come with Penstock, and those that penstock.yaml names. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { defined } from '../domain/defined.js'
import { PluginRefused, packagePrefix, shortName } from './manifest.js'
import type { PluginPermissions } from './permissions.js'
import type { PluginGrant } from './plugin-operations.js'
import { type Isolation, readSection, splitVersion } from './section.js'
import { isYamlPlugin, yamlPluginName } from './yaml-plugin/name.js'

/** Where a plugin's code is. */
export interface PluginPlace {
  /** A package found by name, a folder somebody works in, one source file, or a YAML file without any code. */
  readonly kind: 'package' | 'folder' | 'file' | 'yaml'
  /** Absolute. */
  readonly path: string
  readonly bundled: boolean
}

/** A plugin that is asked for: by which name, where it is (or why it is not), and its section of penstock.yaml. */
export interface PluginReference {
  readonly name: string
  readonly place: PluginPlace | { readonly missing: string }
  readonly config: unknown
  /** Switched off in penstock.yaml. */
  readonly off?: boolean
  /** `process`: its code runs in a process of its own. In the server's when absent. */
  readonly isolation?: Isolation
  /** MB that its own process may have for its objects; `usualMemory` when absent. */
  readonly memory?: number
  /** What it may do in a process of its own, as `operations` grants; without it, read what is its own. */
  readonly operations?: PluginGrant
  /** What it may reach in a process of its own; of a plugin that comes with Penstock, what it asks for unless its section says. */
  readonly permissions?: PluginPermissions
  /** Its key under `plugins` of penstock.yaml. */
  readonly key?: string
  /** By the operator's word its process runs without a sandbox. */
  readonly unsandboxed?: boolean
  /** Of a package: what its section says it should be, a version or a range, or a tarball's place as `file:./x.tgz`. */
  readonly version?: string
}

export interface DiscoverOptions {
  /** The `plugins` map of penstock.yaml: a name, package, folder or file, and its configuration (`false` is off). */
  readonly configured: Readonly<Record<string, unknown>>
  /** What relative paths in it start from. */
  readonly baseFolder: string
  /** DATA/plugins: packages are installed there. */
  readonly pluginsFolder: string
  /** Folders to look for bundled plugins in; found by themselves when absent. */
  readonly bundled?: readonly string[]
  /** Where plugins that are not bundled run when their section does not say; `process` when absent. */
  readonly isolation?: Isolation
}

/** All plugins to load: bundled ones by name, then the configured ones in their order. */
export async function discoverPlugins(options: DiscoverOptions): Promise<PluginReference[]> {
  const found = new Map<string, PluginReference>()
  for (const folder of options.bundled ?? (await bundledPlugins())) {
    const name = shortName(await packageNameOf(folder))
    found.set(name, { name, place: { kind: 'package', path: folder, bundled: true }, config: undefined })
  }
  for (const [key, value] of Object.entries(options.configured)) {
    const known = found.get(shortName(key))
    if (known && !isPath(key)) found.set(known.name, { ...known, key, ...readSection(key, value, 'none') })
    else {
      const { section, version, missing } = isPath(key) ? { section: value } : splitVersion(key, value)
      const place = missing === undefined ? locate(key, options, [...found.keys()], version) : { missing }
      // A YAML file has no code: its commands run in processes of their own anyway.
      const usual = 'kind' in place && place.kind === 'yaml' ? 'none' : (options.isolation ?? 'process')
      const read = readSection(key, section, usual)
      found.set(key, { name: nameOf(key), key, place, ...defined({ version }), ...read })
    }
  }
  return [...found.values()]
}

/**
 * The folders of the plugins that come with Penstock: the repository's `plugins/*`, or packages beside this one in
 * node_modules, with the keyword `penstock-plugin`.
 */
export async function bundledPlugins(from = __dirname): Promise<string[]> {
  const found = new Map<string, string>()
  for (let folder = from; ; folder = dirname(folder)) {
    const workspace = join(folder, 'plugins')
    if (existsSync(join(folder, 'core', 'package.json')) && existsSync(workspace)) addAll(found, workspace, () => true)
    if (folder.endsWith('node_modules')) addAll(found, folder, (name) => name.startsWith(packagePrefix))
    if (dirname(folder) === folder) break
  }
  const bundled: string[] = []
  for (const folder of found.values()) if (await hasKeyword(folder)) bundled.push(folder)
  return bundled.sort()
}

function addAll(found: Map<string, string>, parent: string, wanted: (name: string) => boolean): void {
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name)
    if (!wanted(name) || !existsSync(join(folder, 'package.json'))) continue
    const real = realpathSync(folder)
    found.set(real, real)
  }
}

async function hasKeyword(folder: string): Promise<boolean> {
  try {
    const pkg: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const keywords = (pkg as { keywords?: unknown }).keywords
    return Array.isArray(keywords) && keywords.includes('penstock-plugin')
  } catch {
    return true // it looks like a plugin and is broken: it is to be shown as failed, not to vanish
  }
}

async function packageNameOf(folder: string): Promise<string> {
  try {
    const pkg = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { name?: unknown }
    if (typeof pkg.name === 'string') return pkg.name
  } catch {} // readManifest says what is wrong
  return folder.slice(dirname(folder).length + 1)
}

/** True for a key that names a folder or a file, and no package. */
export function isPath(key: string): boolean {
  return key.startsWith('.') || isAbsolute(key)
}

function nameOf(key: string): string {
  if (!isPath(key)) return shortName(key)
  const last = key.split('/').filter(Boolean).at(-1) ?? key
  return shortName(isYamlPlugin(last) ? yamlPluginName(last) : last.replace(/\.[cm]?[jt]s$/, ''))
}

function locate(
  key: string,
  options: DiscoverOptions,
  known: readonly string[],
  version: string | undefined,
): PluginReference['place'] {
  if (!isPath(key)) return locatePackage(key, options.pluginsFolder, known, version)
  const path = resolve(options.baseFolder, key)
  if (!existsSync(path)) return { missing: `${path} does not exist (named in penstock.yaml as plugins.${key})` }
  if (statSync(path).isDirectory()) return yamlIn(path) ?? { kind: 'folder', path, bundled: false }
  if (isYamlPlugin(path)) return { kind: 'yaml', path, bundled: false }
  if (/\.[cm]?[jt]s$/.test(path)) return { kind: 'file', path, bundled: false }
  return { missing: `${path} is neither a folder nor a .ts, .js or .yaml file` }
}

/** A folder that is no package, with one YAML plugin in it. */
function yamlIn(folder: string): PluginPlace | undefined {
  if (existsSync(join(folder, 'package.json'))) return undefined
  const [only, ...more] = readdirSync(folder).filter((name) => /(^|\.)plugin\.ya?ml$/.test(name))
  return only === undefined || more.length > 0 ? undefined : { kind: 'yaml', path: join(folder, only), bundled: false }
}

function locatePackage(
  key: string,
  pluginsFolder: string,
  known: readonly string[],
  version: string | undefined,
): PluginReference['place'] {
  const names = packageNames(key)
  for (const name of names) {
    const path = join(pluginsFolder, 'node_modules', name)
    if (existsSync(path)) return { kind: 'package', path, bundled: false }
  }
  const data = `--data ${dirname(pluginsFolder)}`
  if (version !== undefined) {
    return { missing: `plugin '${key}' (${version}) is not installed: penstock plugin install ${data}` }
  }
  return {
    missing:
      `no plugin '${key}': it is not one of Penstock's own (${known.join(', ')}), and not installed: ` +
      `penstock plugin add ${names[0]} ${data}`,
  }
}

/** What a key of penstock.yaml may be called on npm, the likeliest first: `hello` is short for `penstock-plugin-hello`. */
export function packageNames(key: string): readonly [string, ...string[]] {
  return key.includes('/') || key.startsWith(packagePrefix) ? [key] : [`${packagePrefix}${key}`, key]
}

/** Errors: PluginRefused when the plugin was not found. */
export function placeOf(reference: PluginReference): PluginPlace {
  if ('missing' in reference.place) throw new PluginRefused(reference.place.missing)
  return reference.place
}
