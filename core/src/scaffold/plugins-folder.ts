/** DATA/plugins: packages with a lock file of their own. Each change keeps the state before it in DATA/plugins.prev. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../host/manifest.js'

/** The names of the packages that were added. */
export function installedPackages(folder: string): readonly string[] {
  return Object.keys(dependencies(folder))
}

/**
 * Installs a package by name or tarball and answers its name. No script of it runs.
 * Errors: Error with npm's words, or why it is no plugin; the folder is as before then.
 */
export async function installPackage(folder: string, spec: string): Promise<string> {
  return changing(folder, async () => {
    const before = dependencies(folder)
    await npm(folder, ['install', '--save-exact', spec])
    const after = dependencies(folder)
    const name =
      Object.keys(after).find((each) => after[each] !== before[each]) ??
      Object.keys(after).find((each) => spec.startsWith(each))
    if (name === undefined) throw new Error(`npm installed nothing for ${spec}`)
    await readManifest(join(folder, 'node_modules', name))
    return name
  })
}

/** Errors: Error with npm's words; the folder is as before then. */
export async function uninstallPackage(folder: string, name: string): Promise<void> {
  await changing(folder, () => npm(folder, ['uninstall', name]))
}

/**
 * Brings DATA/plugins.prev back, and keeps what it replaces in its place: twice is as before. Answers what changed, a package
 * each, `name 1.0.0 -> 1.1.0`. Errors: Error when nothing was changed yet.
 */
export function rollBackPlugins(folder: string): readonly string[] {
  const [previous, aside] = [`${folder}.prev`, `${folder}.swap`]
  if (!existsSync(previous)) throw new Error(`${previous} is not there: no plugin was added or removed yet`)
  const before = dependencies(folder)
  rmSync(aside, { recursive: true, force: true })
  if (existsSync(folder)) renameSync(folder, aside)
  renameSync(previous, folder)
  if (existsSync(aside)) renameSync(aside, previous)
  const after = dependencies(folder)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name] ?? 'not there'} -> ${after[name] ?? 'not there'}`)
}

async function changing<T>(folder: string, change: () => Promise<T>): Promise<T> {
  const previous = `${folder}.prev`
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n')
  rmSync(previous, { recursive: true, force: true })
  cpSync(folder, previous, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  try {
    return await change()
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    renameSync(previous, folder)
    throw error
  }
}

function dependencies(folder: string): Readonly<Record<string, string>> {
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) return {}
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: Record<string, string> }).dependencies ?? {}
}

/** Peers are not installed: the host lends its own `@penstock/core`. */
async function npm(folder: string, args: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error']
  const child = spawn('npm', [...args, ...quiet, '--prefix', folder], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [status] = (await once(child, 'close')) as [number | null]
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed: ${said.trim()}`)
}
