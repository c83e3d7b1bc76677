import { type HookName, observingHooks } from './hook-names.js'

/** How long a tap may take, milliseconds: what the engine waits for, and what merely looks on. */
export const tapLimits = { deciding: 5_000, observing: 30_000 } as const

/** A hook's limit, milliseconds. */
export function limitOf(hook: HookName): number {
  return observingHooks.some((name) => name === hook) ? tapLimits.observing : tapLimits.deciding
}
