/** Turns a plugin's place into its definition; the first moment at which its code runs. */
import { existsSync, lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PluginPlace } from './discover.js'
import { checkApiRange, type Manifest, PluginRefused, packagePrefix } from './manifest.js'
import { isPlugin, type Plugin } from './plugin.js'
import { compiledName, rememberMap } from './source-lines.js'

/** True while Penstock itself runs from its TypeScript sources: then so do the workspace's plugins. */
const fromSource = __filename.endsWith('.ts')

/**
 * Loads a plugin's code and checks what it exports.
 * - a package's built entry is required (or imported, when it is an ECMAScript module) as Node does it;
 * - a folder's or a single file's entry, TypeScript or JavaScript, is bundled in memory by esbuild, packages left out,
 *   and gets the host's own `@penstock/core`.
 * `beforeItsCode` is called once all is done that needs more than the plugin itself may do (compiling it).
 * Errors: PluginRefused; whatever the code throws while it is loaded.
 */
export async function loadPlugin(
  place: PluginPlace,
  manifest: Manifest | undefined,
  beforeItsCode: () => void = () => {},
): Promise<Plugin> {
  const exported = await loadExported(place, manifest, beforeItsCode)
  const plugin = unwrap(exported)
  const where = manifest?.packageName ?? place.path
  if (!isPlugin(plugin)) {
    throw new PluginRefused(
      `${where} has no plugin as its default export: export default definePlugin({ name, apiVersion, register })`,
    )
  }
  if (typeof plugin.name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(plugin.name)) {
    throw new PluginRefused(
      `${where}: definePlugin's name is ${JSON.stringify(plugin.name)}, but must be lower-case letters, digits and '-'`,
    )
  }
  if (manifest && plugin.name !== manifest.name) {
    throw new PluginRefused(
      `${where}: definePlugin's name is '${plugin.name}', but must be '${manifest.name}', the package's name without '${packagePrefix}'`,
    )
  }
  if (typeof plugin.register !== 'function') throw new PluginRefused(`${where}: definePlugin's register is missing`)
  checkApiRange(plugin.name, plugin.apiVersion)
  return plugin
}

async function loadExported(
  place: PluginPlace,
  manifest: Manifest | undefined,
  beforeItsCode: () => void,
): Promise<unknown> {
  if (place.kind === 'yaml') return (await import('./yaml-plugin/index.js')).loadYamlPlugin(place.path)
  if (place.kind !== 'package') return loadSource(place, manifest, beforeItsCode)
  beforeItsCode()
  return loadPackage(place, manifest)
}

/** A CommonJS module that was compiled from ESM syntax arrives as `default.default` when imported. */
export function unwrap(exported: unknown): unknown {
  let value = exported
  for (let depth = 0; depth < 3 && !isPlugin(value) && typeof value === 'object' && value !== null; depth++) {
    if (!('default' in value)) break
    value = value.default
  }
  return value
}

async function loadPackage(place: PluginPlace, manifest: Manifest | undefined): Promise<unknown> {
  const source = fromSource && place.bundled ? manifest?.sourceEntry : undefined
  const entry = resolve(place.path, source ?? manifest?.entry ?? 'index.js')
  if (!existsSync(entry)) {
    const remedy = place.bundled ? 'build it: npm run build' : 'is the package built and its "files" complete?'
    throw new PluginRefused(`${entry} does not exist ("penstock.entry" of package.json names it); ${remedy}`)
  }
  lendCore(place)
  if (manifest?.esModule || entry.endsWith('.mjs')) return import(pathToFileURL(entry).href)
  return require(entry)
}

/**
 * Packages under DATA/plugins share the host's `@penstock/core` unless npm gave them one. A link of an earlier host, which
 * may be gone since, is made anew: in one step, for other plugins may be loading.
 */
export function lendCore({ kind, bundled, path: packageFolder }: PluginPlace): void {
  if (kind !== 'package' || bundled) return
  const modules = packageFolder.slice(0, packageFolder.lastIndexOf('node_modules') + 'node_modules'.length)
  const link = join(modules, '@penstock', 'core')
  if (!modules.endsWith('node_modules') || isInstalled(link)) return
  mkdirSync(dirname(link), { recursive: true })
  const draft = `${link}.${process.pid}.new`
  rmSync(draft, { force: true })
  symlinkSync(coreFolder(), draft, 'dir')
  renameSync(draft, link)
}

/** The host's own, or a folder that npm made. */
function isInstalled(link: string): boolean {
  const found = lstatSync(link, { throwIfNoEntry: false })
  return found !== undefined && (!found.isSymbolicLink() || readlinkSync(link) === coreFolder())
}

function coreFolder(): string {
  return resolve(__dirname, '..', '..')
}

async function loadSource(
  place: PluginPlace,
  manifest: Manifest | undefined,
  beforeItsCode: () => void,
): Promise<unknown> {
  const entry = place.kind === 'file' ? place.path : folderEntry(place.path, manifest)
  const { build } = await import('esbuild')
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
    metafile: true,
    absWorkingDir: dirname(entry),
  }).catch((error: unknown) => {
    throw new PluginRefused(`${entry} cannot be compiled: ${compileErrors(error)}`)
  })
  beforeItsCode()
  // An ECMAScript module is strict; what it is bundled into would not be, and a change of what is frozen would go unnoticed.
  const isModule = Object.values(built.metafile.inputs).some(({ format }) => format === 'esm')
  const code = built.outputFiles[0]?.text ?? ''
  return evaluate(isModule ? `'use strict';${code}` : code, entry)
}

/** The source when it is there (nothing needs to be built while one works on it), or the manifest's entry. */
function folderEntry(folder: string, manifest: Manifest | undefined): string {
  const candidates = [manifest?.sourceEntry, './src/index.ts', manifest?.entry].filter((path) => path !== undefined)
  const found = candidates.map((path) => resolve(folder, path)).find((path) => existsSync(path))
  if (!found) throw new PluginRefused(`${folder} has none of ${candidates.join(', ')}`)
  return found
}

function compileErrors(error: unknown): string {
  const errors = (
    error as { errors?: { text: string; location?: { file: string; line: number; column: number } | null }[] }
  ).errors
  if (!errors) return String(error)
  return errors
    .map(
      (e) =>
        `${e.location ? `${basename(e.location.file)}:${e.location.line}:${e.location.column + 1}: ` : ''}${e.text}`,
    )
    .join('; ')
}

function evaluate(code: string, entry: string): unknown {
  const { compileFunction } = require('node:vm') as typeof import('node:vm')
  const near = createRequire(entry)
  const load = (id: string): unknown => (id === '@penstock/core' ? hostCore() : near(id))
  const module = { exports: {} as unknown }
  const filename = compiledName(entry)
  rememberMap(filename, code, dirname(entry))
  const run = compileFunction(code, ['module', 'exports', 'require', '__filename', '__dirname'], { filename })
  run(module, module.exports, Object.assign(load, near), entry, dirname(entry))
  return module.exports
}

/** The host's own core, whatever copies lie near the plugin: found by name, as any package finds itself. */
function hostCore(): unknown {
  const self = '@penstock/core'
  return require(self)
}
