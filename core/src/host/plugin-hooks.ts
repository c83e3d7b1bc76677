/** Ties a plugin's functions to the hooks, each one contained: an error, a hang or a flood of errors stays the plugin's own. */
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { RevisionFoundEvent } from '../domain/hook-events.js'
import { Circuit, circuitLimits } from './circuit.js'
import { contain, reason } from './contain.js'
import { frozenCopy } from './frozen.js'
import { byHook, type HookName, knownHooks, type ObservingHook, observingHooks } from './hook-names.js'
import type { Hooks, Observer, PluginHooks } from './hooks.js'
import { reasonAt } from './source-lines.js'
import { tapLimits } from './tap-limits.js'
import { checkTapOptions, type GateOptions, type TapOptions } from './tap-options.js'

/** Whose taps these are, and where their errors go. */
export interface TapOwner {
  readonly name: string
  /** False once the plugin failed or was disabled: its taps are then passed over (tapable knows no untap). */
  readonly active: boolean
  /** It is not active for an error of its own, and not because somebody switched it off or loaded it anew. */
  readonly failed?: boolean
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
    return <E>(run: Observer<E>, options: TapOptions = {}): void => {
      const guarded = tap.guard(name, tapLimits.observing, run)
      hooks[name].tapPromise(tap.placed(name, options), async (event: unknown) => {
        await guarded(event as E)
      })
    }
  }
  return knownHooks({
    ...byHook(observingHooks, observe),
    revisionFound(run, options = {}) {
      const guarded = tap.guard('revisionFound', tapLimits.deciding, run)
      hooks.revisionFound.tapPromise(tap.placed('revisionFound', options), async (event) => {
        if (event === undefined || isDropped(event)) return event
        const answer = await guarded(event)
        if (!answer.ran) return event // what went wrong with the tap must not lose a revision
        return answer.value ?? (dropped as unknown as RevisionFoundEvent)
      })
    },
    beforeAction(run, options = {}) {
      const guarded = tap.guard('beforeAction', tapLimits.deciding, run)
      const { onFailure = 'open' } = options
      hooks.beforeAction.tapPromise(tap.placed('beforeAction', options), async (event) => {
        const answer = await guarded(event)
        if (answer.ran) return (typeof answer.value === 'string' ? answer.value : undefined) as string
        // A plugin's defect must not stop everybody's deliveries, unless its author says so (see README, "Hooks").
        const isClosed = onFailure === 'closed' && (owner.active || owner.failed === true)
        return (isClosed ? closedGate(owner.name, answer.why) : undefined) as string
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

function closedGate(plugin: string, why: string | undefined): string {
  return `the gate of plugin '${plugin}' is closed while it cannot be asked: ${why ?? 'the plugin has failed'}`
}

type Outcome<T> = { readonly ran: true; readonly value: T } | { readonly ran: false; readonly why?: string }

class Tap {
  constructor(
    private readonly owner: TapOwner,
    private readonly clock: Clock,
  ) {}

  /** What tapable is told of a tap. Errors: TypeError for an option that is none. */
  placed(hook: HookName, options: GateOptions): Parameters<Hooks['serverStart']['tapPromise']>[0] {
    const { stage, before } = checkTapOptions(hook, options)
    const others = typeof before === 'string' ? before : before && [...before]
    // A list is right, too, whatever tapable's type says.
    return { name: this.owner.name, ...defined({ stage, before: others as string | undefined }) }
  }

  /** Wraps one tap; it never throws, and is left alone while its circuit is open. */
  guard<E, T>(hook: HookName, limit: number, run: (event: E) => T | Promise<T>): (event: E) => Promise<Outcome<T>> {
    const { owner, clock } = this
    if (!owner.registering) throw new Error(`hooks.${hook} may be tapped only while register() runs`)
    if (typeof run !== 'function') throw new TypeError(`hooks.${hook} wants a function, not ${typeof run}`)
    const circuit = new Circuit(clock)
    return async (event) => {
      if (!owner.active) return { ran: false }
      if (circuit.open) return { ran: false, why: `it failed ${circuitLimits.errors} times within a minute` }
      try {
        return {
          ran: true,
          value: await contain(clock, owner.name, `hook ${hook}`, limit, () => run(frozenCopy(event))),
        }
      } catch (error) {
        owner.problem(`hook ${hook}: ${reasonAt(error, owner.path)}`)
        if (circuit.failed()) {
          owner.problem(
            `hook ${hook}: ${circuitLimits.errors} errors within a minute, so it is left out for one minute`,
          )
        }
        return { ran: false, why: reason(error) }
      }
    }
  }
}
