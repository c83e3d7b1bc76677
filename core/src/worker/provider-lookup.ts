import { type ActionTypeId, actionTypeKey } from '../domain/action-type.js'
import { defined } from '../domain/defined.js'
import { asPlugin } from '../host/contain.js'
import { declaredId } from '../host/declaration.js'
import type { ProviderRegistry } from '../host/registry.js'
import type { Runnable } from './run-job.js'

/** What a worker can run. */
export interface ProviderLookup {
  /** The types to claim jobs of, as actionTypeKey() writes them. Asked before each claim: plugins come and go. */
  keys(): readonly string[]
  find(id: ActionTypeId): Runnable | undefined
  /** The plugin that a type is of, by its key; where nobody knows, all types are of one. */
  pluginOf?(key: string): string | undefined
}

/** Rules travel as jobs of this owner and a provider that begins so. */
const RULE = 'Rule:'

/** The plugins' providers; each runs under its plugin's name. Approvals are the engine's own and never a job. */
export function providersOf(registry: ProviderRegistry): ProviderLookup {
  return {
    pluginOf: (key) => found(registry, idOf(key))?.plugin,
    keys() {
      const own = [...registry.actions(), ...registry.insteads()].filter(({ provider }) => !provider.polled)
      const actions = own.map(({ provider }) => declaredId(provider))
      const rules = registry.rules().map(({ provider: { provider, version } }) => ruleTypeId(provider, version))
      return [...actions.filter(({ category }) => category !== 'Approval'), ...rules].map(actionTypeKey)
    },
    find(id) {
      const one = found(registry, id)
      return one && underItsName(one.plugin, one.provider as unknown as Runnable)
    },
  }
}

function found(registry: ProviderRegistry, id: ActionTypeId) {
  return id.provider.startsWith(RULE) ? registry.rule(id.provider.slice(RULE.length), id.version) : registry.action(id)
}

/** What actionTypeKey() wrote. */
function idOf(key: string): ActionTypeId {
  const [category = '', owner = '', provider = '', version = ''] = key.split('/')
  return { category, owner, provider, version } as ActionTypeId
}

function ruleTypeId(provider: string, version = '1'): ActionTypeId {
  return { category: 'Invoke', owner: 'AWS', provider: `${RULE}${provider}`, version }
}

function underItsName(plugin: string, provider: Runnable): Runnable {
  const { configuration, validate, idempotent, instead } = provider
  return {
    configuration,
    // Called on the provider itself, which may be a class with fields of its own.
    ...(validate ? { validate: (values) => validate.call(provider, values) } : {}),
    ...defined({ idempotent, instead }),
    run: (job, ctx) => asPlugin(plugin, async () => provider.run(job, ctx)),
  }
}
