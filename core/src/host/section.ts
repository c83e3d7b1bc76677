/** A plugin's section of penstock.yaml: what of it is the host's to read. */
import validRange from 'semver/ranges/valid'
import { policyProblems } from '../domain/policy.js'
import type { PluginReference } from './discover.js'
import { type PluginPermissions, readPermissions } from './permissions.js'
import type { PluginGrant } from './plugin-operations.js'

/** Where a plugin's code runs. */
export type Isolation = 'process' | 'none'

/** MB: less, and a plugin's libraries would hardly load. */
const leastMemory = 32

/**
 * `isolation` is the host's to read, wherever a plugin's section has it, and `operations` and `permissions` where its code
 * runs in a process of its own; the rest is the plugin's.
 */
export function readSection(
  key: string,
  value: unknown,
  usual: Isolation,
): Partial<PluginReference> & { config: unknown } {
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

/** A package's section apart from the version that it is to have, which is the host's to read. */
export function splitVersion(
  key: string,
  value: unknown,
): { readonly section: unknown; readonly version?: string; readonly missing?: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('version' in value)) {
    return { section: value }
  }
  const { version, ...section } = value as { readonly version: unknown }
  if (typeof version === 'string' && (isTarball(version) || validRange(version) !== null)) return { section, version }
  const right = `"1.2.3", a range such as "^1.2", or "file:./x.tgz"${typeof version === 'number' ? '; write it in quotes' : ''}`
  return {
    section,
    missing: `penstock.yaml: plugins.${key}.version is ${JSON.stringify(version)}, but must be ${right}`,
  }
}

/** True for a version that is a file: `file:./vendor/x.tgz`, from penstock.yaml's folder on. */
export function isTarball(version: string): boolean {
  return version.startsWith('file:')
}
