/** Plugins: what they are and provide, and which of them are on. */
import { Fault } from '../domain/faults.js'
import type { PluginService, PluginStatus } from '../host/services.js'
import { structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { getPipeline } from './pipelines.js'
import { pluginUses } from './plugin-uses.js'

const pluginName = text({ min: 1, max: 214, pattern: '[a-z0-9-]+' })
/** One right for all that changes plugins. */
const manage = 'penstock:ManagePlugins'

/** All plugins, with what each provides and what went wrong. */
export const listPlugins = operation({
  name: 'ListPlugins',
  service: 'penstock',
  action: 'codepipeline:ListActionTypes',
  input: structure({}),
  resource: (_, arns) => arns.everything(),
  run: async ({ plugins }) => ({ plugins: plugins.list() }),
})

/** The types of actions and rules that plugins provide, with all that a form needs; ListActionTypes tells of custom ones, too. */
export const listProvidedTypes = operation({
  name: 'ListProvidedTypes',
  service: 'penstock',
  action: 'codepipeline:ListActionTypes',
  input: structure({}),
  resource: (_, arns) => arns.everything(),
  run: async ({ plugins }) => ({ actionTypes: plugins.actionTypes(), ruleTypes: plugins.ruleTypes?.() ?? [] }),
})

/** Where pipelines that the caller may see need what a plugin provides. Errors: ConflictException when there is no such plugin. */
export const listPluginUses = operation({
  name: 'ListPluginUses',
  service: 'penstock',
  action: 'codepipeline:ListActionTypes',
  input: structure({ name: pluginName }),
  resource: (_, arns) => arns.everything(),
  async run({ plugins, engine, may }, by, { name }) {
    const plugin = plugins.list().find((one) => one.name === name)
    if (plugin === undefined) throw new Fault('ConflictException', `no plugin is called '${name}'`)
    const uses = await pluginUses(engine.store.read, plugin.provides)
    return { uses: uses.filter(({ pipelineName }) => may(by, getPipeline, { name: pipelineName })) }
  },
})

/** Switches a plugin on, also after the next start. Errors: ConflictException when the host refuses it. */
export const enablePlugin = operation({
  name: 'EnablePlugin',
  service: 'penstock',
  action: manage,
  input: structure({ name: pluginName }),
  resource: ({ name }, arns) => arns.plugin(name),
  changes: true,
  run: ({ plugins }, _by, { name }) => changed(plugins, name, () => plugins.enable(name)),
})

/** Switches a plugin off, also after the next start; its jobs come to their end. Errors: ConflictException. */
export const disablePlugin = operation({
  name: 'DisablePlugin',
  service: 'penstock',
  action: manage,
  input: structure({ name: pluginName }),
  resource: ({ name }, arns) => arns.plugin(name),
  changes: true,
  run: ({ plugins }, _by, { name }) => changed(plugins, name, () => plugins.disable(name)),
})

/** Loads a plugin's code and configuration anew; running jobs end with the old ones. Errors: ConflictException. */
export const reloadPlugin = operation({
  name: 'ReloadPlugin',
  service: 'penstock',
  action: manage,
  input: structure({ name: pluginName }),
  resource: ({ name }, arns) => arns.plugin(name),
  changes: true,
  run: ({ plugins }, _by, { name }) => changed(plugins, name, async () => plugins.reload?.(name)),
})

/** What became of it: a plugin may be switched on and fail at once. What the host refuses it explains. */
async function changed(
  plugins: PluginService,
  name: string,
  change: () => Promise<unknown>,
): Promise<{ readonly plugin?: PluginStatus }> {
  try {
    await change()
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'PluginRefused') throw error
    throw new Fault('ConflictException', error.message, [], { cause: error })
  }
  const plugin = plugins.list().find((one) => one.name === name)
  return plugin ? { plugin } : {}
}
