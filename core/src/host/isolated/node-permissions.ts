import type { PluginPlace } from '../discover.js'
import type { PluginPermissions } from '../permissions.js'
import type { PluginEnclosure } from './plugin-sandbox.js'

/**
 * Node's own permission model in addition to the sandbox, where Node has one that is no experiment (22.13 and newer). Sources
 * are compiled in the process by a program of its own, so for them the model leaves programs to the sandbox.
 */
export function nodePermissions(
  { readable, writable }: PluginEnclosure,
  { exec, network }: PluginPermissions,
  kind: PluginPlace['kind'],
  version = process.versions.node,
): readonly string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 13) || (major === 23 && minor < 5)) return []
  const runsPrograms = exec.length > 0 || kind !== 'package'
  return [
    '--permission',
    ...[...readable, ...writable].map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
    ...(runsPrograms ? ['--allow-child-process', '--allow-addons'] : []),
    ...(major >= 25 && network ? ['--allow-net'] : []),
  ]
}
