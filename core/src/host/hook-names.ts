/** The hooks by name, apart from what makes them: a plugin's own process knows only these. */
import { suggestion } from './nearest.js'

/** They are told, and nobody waits for what they say. */
export const observingHooks = [
  'serverStart',
  'serverStop',
  'pipelineChanged',
  'transitionChanged',
  'executionChanged',
  'stageChanged',
  'actionChanged',
  'artifactStored',
  'approvalNeeded',
] as const
/** They may change or refuse what is about to happen. */
const decidingHooks = ['revisionFound', 'beforeAction'] as const

export const hookNames = [...observingHooks, ...decidingHooks] as const
export type ObservingHook = (typeof observingHooks)[number]
export type HookName = (typeof hookNames)[number]

/** One thing for each of these hooks, made from its name. */
export function byHook<N extends HookName, T>(names: readonly N[], make: (name: N) => T): Record<N, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, T>
}

/** The same hooks; a name that none has is told with the one that was probably meant. */
export function knownHooks<T extends object>(hooks: T): T {
  return new Proxy(hooks, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name) as unknown
      throw new TypeError(`there is no hook '${name}'${suggestion(name, hookNames)}`)
    },
  })
}
