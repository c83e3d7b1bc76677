/** A plugin without code: a YAML file that declares action types and the commands that run them. */
import { definePlugin, type Plugin } from '../plugin.js'
import { yamlProvider } from './provider.js'
import { readYamlPlugin } from './read.js'

/** Errors: PluginRefused with every problem of the file, each with its line. */
export function loadYamlPlugin(path: string): Plugin {
  const { name, apiVersion, actions } = readYamlPlugin(path)
  return definePlugin({
    name,
    apiVersion,
    register(api) {
      for (const action of actions) {
        const provider = yamlProvider(action)
        if ('latestRevision' in provider) api.provideSource(provider as Parameters<typeof api.provideSource>[0])
        else api.provideAction(provider)
      }
    },
  })
}
