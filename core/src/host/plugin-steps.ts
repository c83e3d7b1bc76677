/** The single steps that bring one plugin to `registered`. Each changes the entry's state when it succeeded. */

import { join } from 'node:path'
import satisfies from 'semver/functions/satisfies'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { contain } from './contain.js'
import { placeOf } from './discover.js'
import type { Hooks } from './hooks.js'
import { IsolatedPlugin } from './isolated/isolated-plugin.js'
import { isolationLimits } from './isolated/limits.js'
import type { PluginSandbox } from './isolated/plugin-sandbox.js'
import { loadPlugin } from './load.js'
import { PluginRefused, readManifest } from './manifest.js'
import { noPermissions, notGranted, type PluginPermissions, permissionsText } from './permissions.js'
import type { Logger } from './plugin.js'
import { createPluginApi } from './plugin-api.js'
import { pluginConfig } from './plugin-config.js'
import type { PluginEntry } from './plugin-entry.js'
import type { PluginOperations } from './plugin-operations.js'
import type { ProviderRegistry } from './registry.js'
import { isTarball } from './section.js'
import type { ServerServices } from './services.js'
import type { StateDoor } from './state/state-door.js'

/** Milliseconds for each step of one plugin. */
export const stepLimits = { load: 10_000, register: 2_000, start: 10_000, stop: 10_000 } as const

/** What plugins are registered with. */
export interface RegisterParts {
  readonly clock: Clock
  readonly hooks: Hooks
  readonly registry: ProviderRegistry
  /** DATA/plugin-data: a folder of its own for each plugin. */
  readonly dataFolder: string
  readonly log: (plugin: string) => Logger
  readonly services: () => ServerServices
  readonly state: (plugin: string) => StateDoor
  /** Named secrets for a plugin's own work; absent where there are none. */
  readonly secret?: (plugin: string) => (name: string) => Promise<string | undefined>
  /** The operations, for plugins in processes of their own; absent where there is no server. */
  readonly operations?: () => PluginOperations
  /** Time limits of isolated plugins, where they are not the usual ones; milliseconds. */
  readonly isolation?: Partial<Record<keyof typeof isolationLimits, number>>
  /** What encloses the processes of plugins; without it they may do whatever this process may. */
  readonly sandbox?: PluginSandbox
}

/** Reads the manifest; none of the plugin's code has run. Errors: PluginRefused. */
export async function validate(entry: PluginEntry, all: readonly PluginEntry[]): Promise<void> {
  const place = placeOf(entry.reference)
  if (place.kind !== 'file' && place.kind !== 'yaml') entry.manifest = await readManifest(place.path)
  refuseTwin(entry, all)
  entry.state = 'validated'
}

/** Loads the code and checks the configuration, which it answers. Errors: PluginRefused; StepTimeout; the code's own. */
export async function load(
  entry: PluginEntry,
  all: readonly PluginEntry[],
  parts: RegisterParts,
  onFailed: (problem: string) => void,
): Promise<unknown> {
  const place = placeOf(entry.reference)
  if (entry.reference.isolation === 'process') {
    entry.isolated = isolate(entry, parts, onFailed)
    entry.definition = await entry.isolated.load(join(parts.dataFolder, entry.name))
  } else {
    const run = () => loadPlugin(place, entry.manifest)
    entry.definition = await contain(parts.clock, entry.name, 'loading', stepLimits.load, run)
  }
  refuseTwin(entry, all)
  for (const problem of [missingPermissions(entry), otherVersion(entry)])
    if (problem !== undefined) entry.problem(problem)
  const config = pluginConfig(entry.name, entry.definition.configSchema, entry.reference.config)
  entry.state = 'loaded'
  return config
}

function isolate(
  entry: PluginEntry,
  { clock, log, isolation, state, operations, sandbox }: RegisterParts,
  onFailed: (problem: string) => void,
): IsolatedPlugin {
  const { name, manifest } = entry
  const life = entry.life
  const { memory, operations: granted, unsandboxed, key = name } = entry.reference
  const plugin = { name, ...defined({ granted }) }
  const permissions = permissionsOf(entry)
  return new IsolatedPlugin({
    name,
    place: placeOf(entry.reference),
    ...defined({ memory, sandbox: unsandboxed ? undefined : sandbox }),
    permissions,
    section: `plugins.${key}`,
    ...(manifest ? { manifest } : {}),
    clock,
    log: log(name),
    state: () => state(name),
    ...(operations && {
      operations: {
        principal: () => operations().principalOf(plugin),
        call: (method, input) => operations().call(plugin, method, input),
        report: (found) => operations().report(plugin, found),
      },
    }),
    ...(isolation ? { limits: isolation } : {}),
    onProblem: (text) => entry.problem(text),
    onFailed: (text) => entry.life === life && onFailed(text),
  })
}

/** What comes with Penstock has what it asks for, unless its section says otherwise. */
function permissionsOf({ reference, manifest, bundled }: PluginEntry): PluginPermissions {
  return reference.permissions ?? (bundled ? manifest?.permissions : undefined) ?? noPermissions
}

/** What a plugin asks for in vain, for the operator; `undefined` when that is nothing. */
function missingPermissions(entry: PluginEntry): string | undefined {
  const { manifest, reference } = entry
  if (entry.isolated === undefined || manifest?.permissions === undefined) return undefined
  const missing = notGranted(manifest.permissions, permissionsOf(entry))
  if (missing.length === 0) return undefined
  return `it asks for what it was not granted: if you trust it with that, add ${permissionsText(missing)} to plugins.${reference.key ?? entry.name} of penstock.yaml`
}

/** Another version lies there than penstock.yaml says; `undefined` when it is right. */
function otherVersion({ manifest, reference: { version, key, name } }: PluginEntry): string | undefined {
  if (version === undefined || manifest === undefined || isTarball(version)) return undefined
  if (satisfies(manifest.version, version, { includePrerelease: true })) return undefined
  return `it is ${manifest.version}, and plugins.${key ?? name} of penstock.yaml says ${version}: penstock plugin install, and reload it`
}

/** Lets the plugin declare what it has. Errors: RegistrationRefused; StepTimeout; the code's own. */
export async function register(entry: PluginEntry, config: unknown, parts: RegisterParts): Promise<void> {
  const { clock, hooks, registry, log } = parts
  const { life, definition, name } = entry
  const dataFolder = join(parts.dataFolder, name)
  const api = createPluginApi({
    life,
    config,
    log: log(name),
    dataFolder,
    clock,
    hooks,
    registry,
    services: parts.services(),
    principal: () => (parts.operations ?? nowhere)().principalInside(name),
    state: parts.state(name),
    ...defined({ secret: parts.secret?.(name) }),
  })
  life.registering = true
  try {
    const limit = entry.isolated ? (parts.isolation?.register ?? isolationLimits.register) : stepLimits.register
    await contain(clock, name, 'register()', limit, () => definition?.register(api as never))
  } finally {
    life.registering = false
  }
  life.active = true
  entry.state = 'registered'
}

function nowhere(): never {
  throw new Error('api.principal is not there on a worker: only a server has it')
}

function refuseTwin(entry: PluginEntry, all: readonly PluginEntry[]): void {
  const gone = ['discovered', 'failed']
  const twin = all.find((other) => other !== entry && other.name === entry.name && !gone.includes(other.state))
  if (twin)
    throw new PluginRefused(
      `two plugins are called '${entry.name}': ${twin.path} and ${entry.path}; rename or remove one`,
    )
}
