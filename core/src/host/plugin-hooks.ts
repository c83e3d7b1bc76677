/** Ties a plugin's functions to the hooks, each one contained: an error, a hang or a flood of errors stays the plugin's own. */
import type { Clock } from '../domain/clock.js'
import type { RevisionFoundEvent } from '../domain/hook-events.js'
import { Circuit, circuitLimits } from './circuit.js'
import { contain } from './contain.js'
import { byHook, type HookName, knownHooks, type ObservingHook, observingHooks } from './hook-names.js'
import type { Hooks, PluginHooks } from './hooks.js'
import { reasonAt } from './source-lines.js'

/** How long a tap may take, milliseconds: what the engine waits for, and what merely looks on. */
export const tapLimits = { deciding: 5_000, observing: 30_000 } as const

/** Whose taps these are, and where their errors go. */
export interface TapOwner {
  readonly name: string
  /** False once the plugin failed or was disabled: its taps are then passed over (tapable knows no untap). */
  readonly active: boolean
  /** Taps are declared while registering only. */
  readonly registering: boolean
  /** Where its code is, for the places of errors. */
  readonly path?: string | undefined
  problem(text: string): void
}

/** A revision that a tap dropped; tapable's waterfall would carry the last value on over a plain `undefined`. */
const dropped = Symbol('dropped')

/** The hooks as one plugin sees them. */
export function pluginHooks(hooks: Hooks, owner: TapOwner, clock: Clock): PluginHooks {
  const tap = new Tap(owner, clock)
  const observe = (name: ObservingHook) => {
    return <E>(run: (event: E) => void | Promise<void>): void => {
      const guarded = tap.guard(name, tapLimits.observing, run)
      hooks[name].tapPromise(owner.name, async (event: unknown) => {
        await guarded(event as E)
      })
    }
  }
  return knownHooks({
    ...byHook(observingHooks, observe),
    revisionFound(run) {
      const guarded = tap.guard('revisionFound', tapLimits.deciding, run)
      hooks.revisionFound.tapPromise(owner.name, async (event) => {
        if (event === undefined || isDropped(event)) return event
        const answer = await guarded(event)
        if (!answer.ran) return event // what went wrong with the tap must not lose a revision
        return answer.value ?? (dropped as unknown as RevisionFoundEvent)
      })
    },
    beforeAction(run) {
      const guarded = tap.guard('beforeAction', tapLimits.deciding, run)
      // A broken gate stays open: what it says is only heard when it does say something (see README, "Hooks").
      hooks.beforeAction.tapPromise(owner.name, async (event) => {
        const answer = await guarded(event)
        return (answer.ran && typeof answer.value === 'string' ? answer.value : undefined) as string
      })
    },
  })
}

/** Asks all taps about a revision: the event as they changed it, or `undefined` when one dropped it. */
export async function askRevisionFound(
  hooks: Hooks,
  event: RevisionFoundEvent,
): Promise<RevisionFoundEvent | undefined> {
  const answer = await hooks.revisionFound.promise(event)
  return isDropped(answer) ? undefined : (answer ?? undefined)
}

function isDropped(event: unknown): boolean {
  return event === dropped
}

type Outcome<T> = { readonly ran: true; readonly value: T } | { readonly ran: false }

class Tap {
  constructor(
    private readonly owner: TapOwner,
    private readonly clock: Clock,
  ) {}

  /** Wraps one tap; it never throws, and is left alone while its circuit is open. */
  guard<E, T>(hook: HookName, limit: number, run: (event: E) => T | Promise<T>): (event: E) => Promise<Outcome<T>> {
    const { owner, clock } = this
    if (!owner.registering) throw new Error(`hooks.${hook} may be tapped only while register() runs`)
    if (typeof run !== 'function') throw new TypeError(`hooks.${hook} wants a function, not ${typeof run}`)
    const circuit = new Circuit(clock)
    return async (event) => {
      if (!owner.active || circuit.open) return { ran: false }
      try {
        return { ran: true, value: await contain(clock, owner.name, `hook ${hook}`, limit, () => run(event)) }
      } catch (error) {
        owner.problem(`hook ${hook}: ${reasonAt(error, owner.path)}`)
        if (circuit.failed()) {
          owner.problem(
            `hook ${hook}: ${circuitLimits.errors} errors within a minute, so it is left out for one minute`,
          )
        }
        return { ran: false }
      }
    }
  }
}
