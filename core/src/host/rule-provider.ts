/** What judges a condition's rules. */
import type { ActionJob, ActionResult } from './action-job.js'
import type { ArtifactCount, ConfigurationOf, PropertyDeclarations } from './action-type-declaration.js'
import type { JobContext } from './provider-context.js'

/**
 * Judges one rule of a condition (C5).
 * @example
 * const always: RuleProvider = { provider: 'Always', configuration: {}, run: async () => ({ summary: 'it holds' }) }
 */
export interface RuleProvider<P extends PropertyDeclarations = PropertyDeclarations> {
  readonly provider: string
  readonly version?: string
  readonly description?: string
  readonly configuration: P
  readonly inputArtifacts?: ArtifactCount
  /**
   * What is wrong with a configuration, asked when a pipeline is saved; each answer names the property. What holds a variable
   * or a secret is only known when the rule runs, and is not there. Not asked of a plugin in a process of its own.
   */
  readonly validate?: (configuration: Partial<ConfigurationOf<P>>) => readonly string[]
  /** Answers, or throws JobFailed when the rule does not hold. */
  run(job: ActionJob<ConfigurationOf<P>>, ctx: JobContext): Promise<ActionResult | undefined | void>
}

/**
 * As defineAction, for rules.
 * @example
 * const even = defineRule({
 *   provider: 'Even',
 *   configuration: { Number: { type: 'number', description: 'What to judge', required: true } },
 *   async run({ configuration }) {
 *     if (configuration.Number % 2 !== 0) throw new JobFailed(`${configuration.Number} is odd`)
 *   },
 * })
 */
export function defineRule<const P extends PropertyDeclarations>(provider: RuleProvider<P>): RuleProvider<P> {
  return provider
}
