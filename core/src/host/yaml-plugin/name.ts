import { basename } from 'node:path'

/** True for a file that can be a plugin of this kind. */
export function isYamlPlugin(path: string): boolean {
  return /\.ya?ml$/.test(path)
}

/** `deploy.plugin.yaml` is called `deploy`. */
export function yamlPluginName(path: string): string {
  return basename(path).replace(/(\.plugin)?\.ya?ml$/, '')
}
