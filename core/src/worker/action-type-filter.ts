import type { ProviderLookup } from './provider-lookup.js'

/** Patterns are action types such as `Build/Custom/Rake/1`, each part of which may be `*`. */
export interface ActionTypeFilter {
  /** Only these; all when absent. */
  readonly include?: readonly string[]
  /** None of these, whatever `include` says. */
  readonly exclude?: readonly string[]
}

/** The lookup, claiming jobs of the allowed types only. What a worker has in hand already it still finds. */
export function onlyTypes(providers: ProviderLookup, filter: ActionTypeFilter | undefined): ProviderLookup {
  if (filter === undefined) return providers
  return { ...providers, keys: () => providers.keys().filter((key) => allows(filter, key)) }
}

/** Patterns that no type matches: most likely misspelt. */
export function idlePatterns(filter: ActionTypeFilter | undefined, keys: readonly string[]): string[] {
  return (['include', 'exclude'] as const).flatMap((list) =>
    (filter?.[list] ?? []).flatMap((pattern, i) =>
      keys.some((key) => matches(pattern, key))
        ? []
        : [`worker.actionTypes.${list}[${i}] is '${pattern}', which matches no action type that a plugin provides`],
    ),
  )
}

function allows({ include, exclude = [] }: ActionTypeFilter, key: string): boolean {
  if (exclude.some((pattern) => matches(pattern, key))) return false
  return include === undefined || include.some((pattern) => matches(pattern, key))
}

function matches(pattern: string, key: string): boolean {
  const parts = key.split('/')
  return pattern.split('/').every((part, i) => part === '*' || part === parts[i])
}
