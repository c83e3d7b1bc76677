/** The static part of a plugin: package.json's `penstock` field, read and checked before any of its code runs. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import satisfies from 'semver/functions/satisfies'
import gtr from 'semver/ranges/gtr'
import validRange from 'semver/ranges/valid'
import { defined } from '../domain/defined.js'
import { suggestion } from './nearest.js'
import { type ProgramNeed, readNeeds } from './needs.js'
import { type PluginPermissions, readPermissions } from './permissions.js'
import { API_VERSION } from './plugin.js'

export const packagePrefix = 'penstock-plugin-'

/** What a plugin says about itself, without being run. */
export interface Manifest {
  /** The package's name without its prefix (and without an npm scope). */
  readonly name: string
  readonly packageName: string
  readonly version: string
  /** A semver range of API_VERSION. */
  readonly apiVersion: string
  /** Relative to the package's folder. */
  readonly entry: string
  /** What a listing shows while the plugin is not running, such as `action Build/Rake/1`. */
  readonly provides: readonly string[]
  /** True for a plugin that only answers HTTP: workers leave it out. */
  readonly serverOnly?: true
  /** True for a package whose JavaScript is ECMAScript modules. */
  readonly esModule: boolean
  /** What it asks for beside its own folders, where its code runs in a process of its own. */
  readonly permissions?: PluginPermissions
  /** Programs of the machine that it works with. */
  readonly needs?: readonly ProgramNeed[]
  /** The TypeScript entry of a workspace package, used when the host itself runs from source. */
  readonly sourceEntry?: string
}

/** A plugin that cannot be used, and the state that it is shown in. */
export class PluginRefused extends Error {
  constructor(
    message: string,
    readonly state: 'failed' | 'incompatible' = 'failed',
  ) {
    super(message)
    this.name = 'PluginRefused'
  }
}

/** Reads and checks `folder`/package.json. Errors: PluginRefused, naming the file, the field, its value and the remedy. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'package.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    throw new PluginRefused(`${file} cannot be read: a plugin is a package, or a single .ts or .js file`)
  }
  try {
    return checkManifest(JSON.parse(text), file)
  } catch (error) {
    if (error instanceof SyntaxError) throw new PluginRefused(`${file} is not JSON: ${error.message}`)
    throw error
  }
}

/** Checks a parsed package.json. Errors: PluginRefused. */
export function checkManifest(pkg: unknown, file: string): Manifest {
  const wrong = (field: string, value: unknown, right: string): never => {
    throw new PluginRefused(`${file}: ${field} is ${JSON.stringify(value) ?? 'missing'}, but must be ${right}`)
  }
  if (!isRecord(pkg)) return wrong('its content', pkg, 'an object')
  const field = pkg.penstock
  if (typeof pkg.name !== 'string' || pkg.name === '')
    return wrong('"name"', pkg.name, `a name such as "${packagePrefix}hello"`)
  if (!isRecord(field))
    return wrong(
      '"penstock"',
      field,
      'an object: {"manifestVersion": 1, "apiVersion": "^1.0", "entry": "./dist/index.js"}',
    )
  const stranger = Object.keys(field).find((key) => !manifestKeys.includes(key))
  if (stranger)
    throw new PluginRefused(
      `${file}: "penstock" has the unknown key '${stranger}'${suggestion(stranger, manifestKeys)}`,
    )
  if (field.manifestVersion !== 1) {
    return wrong('"penstock.manifestVersion"', field.manifestVersion, '1 (a higher one needs a newer Penstock)')
  }
  if (typeof field.apiVersion !== 'string')
    return wrong('"penstock.apiVersion"', field.apiVersion, 'a semver range such as "^1.0"')
  if (typeof field.entry !== 'string' || field.entry === '')
    return wrong('"penstock.entry"', field.entry, 'a path such as "./dist/index.js"')
  const provides = field.provides ?? []
  if (!Array.isArray(provides)) return wrong('"penstock.provides"', provides, 'a list')
  const serverOnly = field.serverOnly ?? false
  if (typeof serverOnly !== 'boolean') return wrong('"penstock.serverOnly"', serverOnly, 'true or false')
  const permissions = askedFor(field.permissions, file)
  const needs = needed(field.needs, file)
  const name = shortName(pkg.name)
  checkApiRange(name, field.apiVersion)
  const source = sourceEntry(pkg.exports)
  return {
    name,
    packageName: pkg.name,
    version: typeof pkg.version === 'string' ? pkg.version : '0.0.0',
    apiVersion: field.apiVersion,
    entry: field.entry,
    provides: provides.map(provided),
    ...(serverOnly ? { serverOnly } : {}),
    esModule: pkg.type === 'module',
    ...defined({ sourceEntry: source, permissions, needs }),
  }
}

/** Errors: PluginRefused. */
function needed(value: unknown, file: string): readonly ProgramNeed[] | undefined {
  if (value === undefined) return undefined
  const read = readNeeds(`${file}: "penstock.needs"`, value)
  if ('problem' in read) throw new PluginRefused(read.problem)
  return read.needs
}

/** Errors: PluginRefused. */
function askedFor(value: unknown, file: string): PluginPermissions | undefined {
  if (value === undefined) return undefined
  const read = readPermissions(`${file}: "penstock.permissions"`, value)
  if ('problems' in read) throw new PluginRefused(read.problems.join('; '))
  return read.permissions
}

const manifestKeys = [
  'manifestVersion',
  'apiVersion',
  'entry',
  'provides',
  'serverOnly',
  'isolation',
  'permissions',
  'needs',
  '$schema',
]

/** A package's name as the page, the log and penstock.yaml have it. */
export function shortName(packageName: string): string {
  const bare = packageName.replace(/^@[^/]+\//, '')
  return bare.startsWith(packagePrefix) ? bare.slice(packagePrefix.length) : bare
}

/** Whether a range (or the major, as definePlugin also takes) fits this host. Errors: PluginRefused, state incompatible, with the remedy. */
export function checkApiRange(plugin: string, wanted: string | number): void {
  const range = typeof wanted === 'number' ? `^${wanted}.0.0` : wanted
  if (validRange(range) === null) {
    throw new PluginRefused(
      `apiVersion of plugin '${plugin}' is ${JSON.stringify(wanted)}, but must be a semver range such as "^1.0"`,
    )
  }
  if (satisfies(API_VERSION, range)) return
  const says = `plugin '${plugin}' is written for plugin API ${range}, and this server has ${API_VERSION}`
  const remedy = gtr(API_VERSION, range)
    ? `the plugin is too old: install a newer version of it, or ask its author to build it for API ${API_VERSION}`
    : 'the plugin is too new: upgrade Penstock, or install an older version of the plugin'
  throw new PluginRefused(`${says}; ${remedy}`, 'incompatible')
}

function provided(item: unknown): string {
  if (!isRecord(item)) return String(item)
  const kind = typeof item.kind === 'string' ? item.kind : 'action'
  return `${kind} ${[item.category, item.provider ?? item.name, item.version].filter((part) => part !== undefined).join('/')}`
}

function sourceEntry(exports: unknown): string | undefined {
  const main = isRecord(exports) ? exports['.'] : undefined
  const source = isRecord(main) ? main['@penstock/source'] : undefined
  return typeof source === 'string' ? source : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
