/** The plugins of a process, with what they register in: a server's, a worker's, or a command's that merely looks at them. */
import { createHooks, type Hooks } from '../host/hooks.js'
import { PluginHost, type PluginHostParts } from '../host/plugin-host.js'
import { ProviderRegistry } from '../host/registry.js'

export interface Plugins {
  readonly hooks: Hooks
  readonly registry: ProviderRegistry
  readonly host: PluginHost
}

/** None of their code has run yet: `host.register()` does that. */
export function makePlugins(given: Omit<PluginHostParts, 'hooks' | 'registry'>): Plugins {
  const [hooks, registry] = [createHooks(), new ProviderRegistry()]
  return { hooks, registry, host: new PluginHost({ ...given, hooks, registry }) }
}
