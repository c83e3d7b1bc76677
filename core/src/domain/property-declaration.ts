/** What an action type says of its configuration. */

/**
 * One configuration property of an action type: the service model's members, and what makes a good form of it.
 * @example
 * const port: PropertyDeclaration = { type: 'number', description: 'Where it listens', default: 8080 }
 */
export interface PropertyDeclaration {
  readonly type?: 'string' | 'number' | 'boolean'
  readonly description: string
  readonly required?: boolean
  /** Part of what tells one configured action from another. */
  readonly key?: boolean
  /** Shown as `****` everywhere but to the worker, and masked in logs (J3). */
  readonly secret?: boolean
  /** PollForJobs may select by it (J5). At most one. */
  readonly queryable?: boolean
  readonly default?: string | number | boolean
  /** The only values allowed. */
  readonly enum?: readonly string[]
  /** A regular expression that the whole value must match. */
  readonly pattern?: string
  readonly example?: string
  /** `shell`: the text is run by a shell, so that values from outside must not be put into it. */
  readonly format?: 'shell'
}

/**
 * A configuration: its properties by name.
 * @example
 * const properties = { Task: { description: 'What to run', required: true } } as const satisfies PropertyDeclarations
 */
export type PropertyDeclarations = Readonly<Record<string, PropertyDeclaration>>
