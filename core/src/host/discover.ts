/** Finds plugins: those that come with Penstock, and those that penstock.yaml names. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { policyProblems } from '../domain/policy.js'
import { PluginRefused, packagePrefix, shortName } from './manifest.js'
import { type PluginPermissions, readPermissions } from './permissions.js'
import type { PluginGrant } from './plugin-operations.js'
import { isYamlPlugin, yamlPluginName } from './yaml-plugin/name.js'

/** Where a plugin's code is. */
export interface PluginPlace {
  /** A package found by name, a folder somebody works in, one source file, or a YAML file without any code. */
  readonly kind: 'package' | 'folder' | 'file' | 'yaml'
  /** Absolute. */
  readonly path: string
  readonly bundled: boolean
}

/** Where a plugin's code runs. */
export type Isolation = 'process' | 'none'

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

/** MB: less, and a plugin's libraries would hardly load. */
const leastMemory = 32

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
      const place = locate(key, options, [...found.keys()])
      // A YAML file has no code: its commands run in processes of their own anyway.
      const usual = 'kind' in place && place.kind === 'yaml' ? 'none' : (options.isolation ?? 'process')
      found.set(key, { name: nameOf(key), key, place, ...readSection(key, value, usual) })
    }
  }
  return [...found.values()]
}

/**
 * `isolation` is the host's to read, wherever a plugin's section has it, and `operations` and `permissions` where its code
 * runs in a process of its own; the rest is the plugin's.
 */
function readSection(key: string, value: unknown, usual: Isolation): Partial<PluginReference> & { config: unknown } {
  if (value === false) return { config: undefined, off: true }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { config: value ?? undefined, isolation: usual }
  const { isolation = usual, ...section } = value as {
    readonly isolation?: unknown
    readonly operations?: unknown
    readonly permissions?: unknown
  }
  if (isolation === 'none') return { config: filled(section), isolation }
  const { operations, permissions, ...rest } = section
  const config = filled(rest)
  const grant = readGrant(`plugins.${key}.operations`, operations)
  if ('missing' in grant) return { config, place: grant }
  const reach = readReach(`plugins.${key}.permissions`, permissions)
  if ('missing' in reach) return { config, place: reach }
  if (isolation === 'process') return { config, isolation, ...grant, ...reach }
  const own = processOf(isolation)
  if (own !== undefined) return { config, isolation: 'process', ...own, ...grant, ...reach }
  const missing = `penstock.yaml: plugins.${key}.isolation is ${JSON.stringify(isolation)}: "process" (in a process of its own) or "none" (inside the server) is right; { memory: 256 } is a process with so many MB, at least ${leastMemory}, and { sandbox: false } one that nothing is kept from`
  return { config, place: { missing } }
}

function filled(section: object): object | undefined {
  return Object.keys(section).length > 0 ? section : undefined
}

/** A managed policy's name, a policy document, or a list of them; an empty list grants nothing at all. */
function readGrant(path: string, value: unknown): { readonly missing: string } | { readonly operations?: PluginGrant } {
  if (value === undefined) return {}
  const policies: readonly unknown[] = Array.isArray(value) ? value : [value]
  const problems = policies.flatMap((policy) => policyProblems(policy))
  if (problems.length > 0) return { missing: `penstock.yaml: ${path}: ${problems.join('; ')}` }
  return { operations: policies as PluginGrant }
}

function readReach(
  path: string,
  value: unknown,
): { readonly missing: string } | { readonly permissions?: PluginPermissions } {
  if (value === undefined) return {}
  const read = readPermissions(path, value)
  return 'problems' in read ? { missing: `penstock.yaml: ${read.problems.join('; ')}` } : read
}

/** Of `isolation: { memory: 256, sandbox: false }`. */
function processOf(isolation: unknown): Pick<PluginReference, 'memory' | 'unsandboxed'> | undefined {
  if (typeof isolation !== 'object' || isolation === null || Object.keys(isolation).length === 0) return undefined
  const { memory, sandbox = true, ...strange } = isolation as { readonly memory?: unknown; readonly sandbox?: unknown }
  const isSize = memory === undefined || (Number.isSafeInteger(memory) && (memory as number) >= leastMemory)
  if (!isSize || typeof sandbox !== 'boolean' || Object.keys(strange).length > 0) return undefined
  return { ...(memory === undefined ? {} : { memory: memory as number }), ...(sandbox ? {} : { unsandboxed: true }) }
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

function isPath(key: string): boolean {
  return key.startsWith('.') || isAbsolute(key)
}

function nameOf(key: string): string {
  if (!isPath(key)) return shortName(key)
  const last = key.split('/').filter(Boolean).at(-1) ?? key
  return shortName(isYamlPlugin(last) ? yamlPluginName(last) : last.replace(/\.[cm]?[jt]s$/, ''))
}

function locate(key: string, options: DiscoverOptions, known: readonly string[]): PluginReference['place'] {
  if (!isPath(key)) return locatePackage(key, options.pluginsFolder, known)
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

function locatePackage(key: string, pluginsFolder: string, known: readonly string[]): PluginReference['place'] {
  const names = key.includes('/') || key.startsWith(packagePrefix) ? [key] : [`${packagePrefix}${key}`, key]
  for (const name of names) {
    const path = join(pluginsFolder, 'node_modules', name)
    if (existsSync(path)) return { kind: 'package', path, bundled: false }
  }
  return {
    missing:
      `no plugin '${key}': it is not one of Penstock's own (${known.join(', ')}), and not installed: ` +
      `penstock plugin add ${names[0]} --data ${dirname(pluginsFolder)}`,
  }
}

/** Errors: PluginRefused when the plugin was not found. */
export function placeOf(reference: PluginReference): PluginPlace {
  if ('missing' in reference.place) throw new PluginRefused(reference.place.missing)
  return reference.place
}
