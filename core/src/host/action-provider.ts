/** What does one kind of action. */
import type { ActionJob, ActionResult } from './action-job.js'
import type { ActionTypeDeclaration, ConfigurationOf, PropertyDeclarations } from './action-type-declaration.js'
import type { JobContext } from './provider-context.js'

/**
 * Does one kind of action. `run` may be called again after a restart, from its top (see JobContext.exec and checkpoint).
 * @example
 * const noop: ActionProvider = { category: 'Test', provider: 'Noop', configuration: {}, run: async () => ({ summary: 'done' }) }
 */
export interface ActionProvider<P extends PropertyDeclarations = PropertyDeclarations>
  extends ActionTypeDeclaration<P> {
  run(job: ActionJob<ConfigurationOf<P>>, ctx: JobContext): Promise<ActionResult | undefined | void>
}

/**
 * Gives an ActionProvider its types: `job.configuration` follows from `configuration`.
 * @example
 * const hello = defineAction({
 *   category: 'Build',
 *   provider: 'Hello',
 *   configuration: { Name: { description: 'Whom to greet', required: true } },
 *   async run(job, ctx) {
 *     await ctx.exec(['echo', `hello ${job.configuration.Name}`])
 *   },
 * })
 */
export function defineAction<const P extends PropertyDeclarations>(provider: ActionProvider<P>): ActionProvider<P> {
  return provider
}
