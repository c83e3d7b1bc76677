import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { bundledFiles, pluginFiles } from './files.js'
import type { PluginSpec } from './spec.js'

/**
 * Writes a new plugin and links it to this `@penstock/core`, so that its tests run at once, offline; a bundled one, in
 * this repository's plugins/, is added to the build instead.
 * Answers the paths written. Errors: Error when the folder is there and is not empty.
 */
export function writePlugin(folder: string, spec: PluginSpec, bundled = false): readonly string[] {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder} is there and is not empty: choose another name, or remove it`)
  const files = (bundled ? bundledFiles : pluginFiles)(spec, coreVersion())
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  if (bundled) addToBuild(folder)
  else linkCore(folder)
  return Object.keys(files)
}

function addToBuild(folder: string): void {
  const root = resolve(folder, '..', '..')
  const file = join(root, 'tsconfig.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as { references: { path: string }[] }
  config.references.push({ path: relative(root, folder) })
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`)
}

/** `npm install` replaces the link by the package, when one was published. */
export function linkCore(folder: string): void {
  const modules = join(folder, 'node_modules')
  link(coreFolder, join(modules, '@penstock', 'core'))
  link(join(coreFolder, 'bin', 'penstock.js'), join(modules, '.bin', 'penstock'))
}

function link(target: string, path: string): void {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

const coreFolder = resolve(__dirname, '..', '..')

function coreVersion(): string {
  return (JSON.parse(readFileSync(join(coreFolder, 'package.json'), 'utf8')) as { version: string }).version
}
