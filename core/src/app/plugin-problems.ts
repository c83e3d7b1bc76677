import type { PluginHost } from '../host/plugin-host.js'

/** Every plugin's problems, each with its name. */
export function pluginProblems(host: Pick<PluginHost, 'list'>): string[] {
  return host.list().flatMap(({ name, problems }) => problems.map((problem) => `plugin ${name}: ${problem}`))
}
