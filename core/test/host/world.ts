import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Clock } from '../../src/domain/clock.js'
import { discoverPlugins } from '../../src/host/discover.js'
import { createHooks } from '../../src/host/hooks.js'
import type { Logger } from '../../src/host/plugin.js'
import { PluginHost, type PluginHostParts } from '../../src/host/plugin-host.js'
import { ProviderRegistry } from '../../src/host/registry.js'
import type { ServerServices } from '../../src/host/services.js'
import { stateElsewhere } from '../../src/host/services-elsewhere.js'
import type { StateDoor } from '../../src/host/state/state-door.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

/** Folders made by tests of this file, for removeFolders. */
const folders: string[] = []

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-host-'))
  folders.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** A plugin's one source file; `body` is what register does. */
export function source(name: string, body = '', more = ''): string {
  return `import { definePlugin } from '@penstock/core'
export default definePlugin({ name: '${name}', apiVersion: '^1.0', ${more} register(api) { ${body} } })
`
}

/** An action provider, as source text. */
export function action(provider: string): string {
  return `{ category: 'Build', provider: '${provider}', configuration: {}, async run() {} }`
}

export interface World {
  readonly host: PluginHost
  readonly clock: FakeClock
  readonly registry: ProviderRegistry
  readonly hooks: ReturnType<typeof createHooks>
  readonly logged: string[]
  readonly off: Set<string>
  readonly folder: string
  state(name: string): string | undefined
  problems(name: string): string
}

/** A real host over the plugins that `files` (or a folder that is there) holds. */
export async function world(
  configured: Readonly<Record<string, unknown>>,
  options: {
    readonly files?: Readonly<Record<string, string>>
    readonly folder?: string
    readonly off?: Set<string>
    readonly bundled?: string[]
    /** Where the plugins run: in this process unless a test says otherwise. */
    readonly isolation?: 'process' | 'none'
    readonly limits?: PluginHostParts['isolation']
    readonly clock?: Clock
    readonly state?: (plugin: string) => StateDoor
  } = {},
): Promise<World> {
  const folder = options.folder ?? temporaryFolder()
  writeFiles(folder, options.files ?? {})
  const clock = options.clock ?? new FakeClock()
  const registry = new ProviderRegistry()
  const hooks = createHooks()
  const logged: string[] = []
  const off = options.off ?? new Set<string>()
  const references = await discoverPlugins({
    configured,
    baseFolder: folder,
    pluginsFolder: join(folder, 'plugins'),
    bundled: options.bundled ?? [],
    isolation: options.isolation ?? 'none',
  })
  const host = new PluginHost({
    references,
    clock,
    hooks,
    registry,
    states: {
      disabled: async () => off,
      setEnabled: async (name, enabled) => void (enabled ? off.delete(name) : off.add(name)),
    },
    dataFolder: join(folder, 'data'),
    log: (plugin) => recorder(plugin, logged),
    ...(options.limits ? { isolation: options.limits } : {}),
    services: () => ({ clock }) as unknown as ServerServices,
    state: (plugin) => options.state?.(plugin) ?? stateElsewhere('in this test'),
  })
  return {
    host,
    clock: clock as FakeClock,
    registry,
    hooks,
    logged,
    off,
    folder,
    state: (name) => host.list().find((plugin) => plugin.name === name)?.state,
    problems: (name) =>
      host
        .list()
        .find((plugin) => plugin.name === name)
        ?.problems.join('\n') ?? '',
  }
}

function recorder(plugin: string, lines: string[]): Logger {
  const write = (message: string) => void lines.push(`${plugin}: ${message}`)
  return { debug: write, info: write, warn: write, error: write }
}
