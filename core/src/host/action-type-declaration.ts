/** What an action type declares of itself: its configuration, its artifacts, its settings. */
import type { ActionCategory, ActionOwner, ActionTypeSettings } from '../domain/action-type.js'
import type { PropertyDeclaration, PropertyDeclarations } from '../domain/property-declaration.js'

export type { PropertyDeclaration, PropertyDeclarations } from '../domain/property-declaration.js'

type ValueOf<P extends PropertyDeclaration> = P['type'] extends 'number'
  ? number
  : P['type'] extends 'boolean'
    ? boolean
    : P extends { readonly enum: readonly (infer E)[] }
      ? E
      : string

/** `true` where a value is always there: required, or with a default. */
type IsPresent<P extends PropertyDeclaration> = P extends {
  readonly required: true
}
  ? true
  : P extends { readonly default: string | number | boolean }
    ? true
    : false

/**
 * The type of `job.configuration`, drawn from the declaration.
 * @example
 * type C = ConfigurationOf<{ Task: { description: 'what to run'; default: 'default' }; Minutes: { type: 'number'; description: 'limit' } }>
 * const c: C = { Task: 'test' }
 */
export type ConfigurationOf<P extends PropertyDeclarations> = {
  readonly [K in keyof P as IsPresent<P[K]> extends true ? K : never]: ValueOf<P[K]>
} & {
  readonly [K in keyof P as IsPresent<P[K]> extends true ? never : K]?: ValueOf<P[K]>
}

/**
 * How many artifacts an action takes or gives: exactly `n`, or from `a` to `b`. 0..5 for what AWS knows (J2, S10).
 * @example
 * const upToFive: ArtifactCount = [0, 5]
 */
export type ArtifactCount = number | readonly [number, number]

/**
 * What every kind of provider declares: CodePipeline's ActionType, as an author writes it.
 * @example
 * const declared: ActionTypeDeclaration = {
 *   category: 'Build', provider: 'Make', inputArtifacts: 1, configuration: { Target: { description: 'What to make' } },
 * }
 */
export interface ActionTypeDeclaration<P extends PropertyDeclarations = PropertyDeclarations> {
  readonly category: ActionCategory
  /** `Custom` when absent. */
  readonly owner?: ActionOwner
  readonly provider: string
  /** `1` when absent. */
  readonly version?: string
  readonly description?: string
  readonly inputArtifacts?: ArtifactCount
  readonly outputArtifacts?: ArtifactCount
  readonly configuration: P
  /** A configuration is valid beyond its single properties: each answer is one problem, naming the property. */
  readonly validate?: (configuration: ConfigurationOf<P>) => readonly string[]
  readonly settings?: ActionTypeSettings
  /** Minutes until the engine gives up on one run; a day when absent (J10). */
  readonly timeoutInMinutes?: number
  /** The work may be begun again from its start when its worker was lost. False when absent. */
  readonly idempotent?: boolean
  /**
   * The jobs are for job workers of somebody else's that poll for them, as those of a custom action type: the plugin only
   * declares the type, and its `run` is never called.
   */
  readonly polled?: boolean
  /**
   * Nothing here runs this type: a sentence that says what to put in its place. Pipelines may have it, whatever their
   * configuration; the sentence is a warning where they are checked and created, and the failure of the action. Whoever
   * provides the type for real takes its place, and lists of action types leave it out.
   */
  readonly instead?: string
}
