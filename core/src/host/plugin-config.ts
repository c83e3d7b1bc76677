import { allowsNothing, checkSchema, pathText, withDefaults } from './json-schema.js'
import { PluginRefused } from './manifest.js'
import type { JsonSchema } from './plugin.js'

/** Checks a plugin's section of penstock.yaml and fills in defaults. Errors: PluginRefused with every problem. */
export function pluginConfig(plugin: string, schema: JsonSchema | undefined, given: unknown): unknown {
  const section = `plugins.${plugin}`
  const empty = given === undefined || given === null || given === true
  if (!schema) {
    if (empty || (typeof given === 'object' && Object.keys(given).length === 0)) return {}
    throw new PluginRefused(`${section} in penstock.yaml: this plugin takes no configuration`)
  }
  if (empty && allowsNothing(schema)) return withDefaults(schema, {})
  const { value, problems } = checkSchema(schema, empty ? {} : given)
  if (problems.length === 0) return value
  const lines = problems.map(({ path, message }) => `${pathText([section, ...path])} ${message}`)
  throw new PluginRefused(`penstock.yaml: ${lines.join('; ')}`)
}
