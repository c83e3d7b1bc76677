import { type ActionTypeFilter, idlePatterns } from './action-type-filter.js'
import type { ProviderLookup } from './provider-lookup.js'
import { idleSlots, type SlotRules } from './slots.js'

/** What the configuration says of a worker's types that no plugin has: most likely misspelt. */
export function idleRules(
  { actionTypes, slots }: { readonly actionTypes?: ActionTypeFilter; readonly slots?: SlotRules },
  providers: ProviderLookup,
): string[] {
  const keys = providers.keys()
  return [...idlePatterns(actionTypes, keys), ...idleSlots(slots, keys, (key) => providers.pluginOf?.(key))]
}
