import type { StepLimits } from './limits.js'

/** Where a step's command runs, from the least shut off to the most. */
export const isolationLevels = ['none', 'sandbox', 'container'] as const
export type IsolationLevel = (typeof isolationLevels)[number]

/** What one step may see and use, resolved from penstock.yaml and from the action's own wishes. */
export interface StepIsolation {
  readonly level: IsolationLevel
  /** Of a container. */
  readonly image?: string
  /** False: no network but the loopback device of its own. */
  readonly network: boolean
  /** Absolute paths that the operator opens, beside those that every step sees. */
  readonly readOnly: readonly string[]
  readonly writable: readonly string[]
  readonly limits: StepLimits
  /** The folder kept from one run to the next, absolute; none where the run may not write one. */
  readonly cache?: string
}

/** What an action may ask for, by the properties that its type declares: more than the operator's floor, never less. */
export interface IsolationWish {
  readonly isolation?: 'sandbox' | 'container'
  readonly image?: string
  readonly network?: 'on' | 'none'
  /** The name of a cache that several pipelines share, when each of them gives it. */
  readonly cache?: string
}

/** The stricter of two levels. */
export function stricter(one: IsolationLevel, other: IsolationLevel): IsolationLevel {
  return isolationLevels[Math.max(isolationLevels.indexOf(one), isolationLevels.indexOf(other))] ?? 'container'
}
