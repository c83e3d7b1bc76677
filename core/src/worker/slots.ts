/** Which jobs a worker may take next, so that no plugin keeps all others waiting. */

/** Most jobs at a time of a plugin (`rake-build`) or of a type (`Build/Custom/Rake/1`, each part of which may be `*`). */
export type SlotRules = Readonly<Record<string, number>>

/** What is looked at. */
export interface SlotsInUse {
  /** The types that there are providers of. */
  readonly keys: readonly string[]
  /** The types of the jobs in hand. */
  readonly held: readonly string[]
  readonly pluginOf: (key: string) => string | undefined
  readonly concurrency: number
  readonly rules: SlotRules
}

/** One claim that may be made: so many jobs of these types. */
export interface Claimable {
  readonly keys: readonly string[]
  readonly limit: number
  /** All slots are in use, and this is for plugins that have none of them. */
  readonly spare: boolean
}

/**
 * Slots beyond a worker's own, for plugins that have nothing in hand there: a plugin whose jobs never end, or one with a
 * hundred jobs before it in the queue, keeps none of them from its first.
 */
export const spareSlots = 2

/** What may be claimed, one claim after another; nothing when all is full. */
export function claimable({ keys, held, pluginOf, concurrency, rules }: SlotsInUse): readonly Claimable[] {
  const groups = new Map<string, { readonly keys: string[]; readonly room: number }>()
  const busy = new Set(held.map(pluginOf))
  const free = concurrency - held.length
  const spare = free <= 0
  for (const key of keys) {
    if (spare && busy.has(pluginOf(key))) continue
    const applying = Object.keys(rules).filter((rule) => applies(rule, key, pluginOf(key)))
    const room = Math.min(...applying.map((rule) => roomOf(rule, rules[rule] ?? 0, held, pluginOf)))
    const group = groups.get(applying.join('\n'))
    if (group) group.keys.push(key)
    else groups.set(applying.join('\n'), { keys: [key], room })
  }
  const most = spare ? Math.min(1, concurrency + spareSlots - held.length) : free
  return [...groups.values()]
    .map(({ keys: of, room }) => ({ keys: of, limit: Math.min(most, room), spare }))
    .filter(({ limit }) => limit > 0)
}

/** Rules that no plugin and no type has: most likely misspelt. */
export function idleSlots(
  rules: SlotRules | undefined,
  keys: readonly string[],
  pluginOf: (key: string) => string | undefined,
): string[] {
  return Object.keys(rules ?? {}).flatMap((rule) =>
    keys.some((key) => applies(rule, key, pluginOf(key)))
      ? []
      : [`worker.slots has '${rule}', which is no plugin with action types and matches no type that a plugin provides`],
  )
}

function roomOf(rule: string, most: number, held: readonly string[], pluginOf: SlotsInUse['pluginOf']): number {
  return most - held.filter((key) => applies(rule, key, pluginOf(key))).length
}

function applies(rule: string, key: string, plugin: string | undefined): boolean {
  if (!rule.includes('/')) return rule === plugin
  const parts = key.split('/')
  return rule.split('/').every((part, i) => part === '*' || part === parts[i])
}
