import { mkdirSync } from 'node:fs'
import type { Principal } from '../domain/access.js'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { ActionProvider } from './action-provider.js'
import { contributeTo, declareContribution } from './contributions/declared.js'
import type { Hooks } from './hooks.js'
import type { HttpMount, Logger, PluginApi } from './plugin.js'
import type { PluginLife } from './plugin-entry.js'
import { pluginHooks } from './plugin-hooks.js'
import type { ProviderRegistry } from './registry.js'
import type { RuleProvider } from './rule-provider.js'
import type { ServiceProvider } from './service-provider.js'
import type { ServerServices } from './services.js'
import type { StateDoor } from './state/state-door.js'
import { stateOverDoor } from './state/state-over-door.js'

export interface PluginApiParts {
  readonly life: PluginLife
  readonly config: unknown
  readonly log: Logger
  /** Made when the plugin first asks for it. */
  readonly dataFolder: string
  readonly clock: Clock
  readonly hooks: Hooks
  readonly registry: ProviderRegistry
  readonly services: ServerServices
  readonly principal: () => Principal
  readonly state: StateDoor
  readonly secret?: (name: string) => Promise<string | undefined>
}

/** All that a plugin can reach. What declares something works only while register() runs. */
export function createPluginApi(parts: PluginApiParts): PluginApi<unknown> {
  const { life, registry } = parts
  const declaring = (what: string): string => {
    if (!life.registering) throw new Error(`plugin '${life.name}' called ${what} outside register()`)
    return life.name
  }
  return {
    config: parts.config,
    log: parts.log,
    get dataFolder() {
      mkdirSync(parts.dataFolder, { recursive: true, mode: 0o700 })
      return parts.dataFolder
    },
    state: stateOverDoor(() => parts.state),
    hooks: pluginHooks(parts.hooks, life, parts.clock),
    get principal() {
      return parts.principal()
    },
    server: parts.services,
    ...defined({ secret: parts.secret }),
    provideAction: (provider) => registry.addAction(declaring('provideAction'), provider as unknown as ActionProvider),
    provideSource: (provider) => registry.addAction(declaring('provideSource'), provider as unknown as ActionProvider),
    provideRule: (rule) => registry.addRule(declaring('provideRule'), rule as unknown as RuleProvider),
    provideNotifier: (notifier) => registry.addNotifier(declaring('provideNotifier'), notifier),
    provideSecretStore: (store) => registry.addSecretStore(declaring('provideSecretStore'), store),
    provideDeployments: (service) => registry.addDeployments(declaring('provideDeployments'), service),
    provideArtifactStore: (name, store) => registry.addArtifactStore(declaring('provideArtifactStore'), name, store),
    provideService: (service) => {
      declaring('provideService')
      life.services.push(checkService(service))
    },
    mount: (mount) => {
      declaring('mount')
      life.mounts.push(checkMount(mount))
    },
    contribute: contributeTo((one) => {
      declaring(`contribute.${one.kind}`)
      declareContribution(life.contributions, one)
    }),
    onStart: (start) => {
      declaring('onStart')
      life.starts.push(start)
    },
    onStop: (stop) => {
      declaring('onStop')
      life.stops.push(stop)
    },
  }
}

function checkService(service: ServiceProvider): ServiceProvider {
  if (/^[a-z0-9-]+$/.test(service.name) && !ownServices.includes(service.name)) return service
  throw new Error(
    `provideService's name is '${service.name}', but must be small letters, digits and '-', as a signature's scope names it, and none of ${ownServices.join(', ')}`,
  )
}

/** Those that the server answers itself. */
const ownServices: readonly string[] = ['codepipeline', 's3']

function checkMount(mount: HttpMount): HttpMount {
  if (!mount.prefix.startsWith('/') || (mount.prefix.length > 1 && mount.prefix.endsWith('/'))) {
    throw new Error(
      `mount's prefix is '${mount.prefix}', but must be '/' or a path such as '/hooks' without a slash at its end`,
    )
  }
  return mount
}
