import { suggestion } from '../../host/nearest.js'
import type { PluginStatus } from '../../host/services.js'
import { declaredPackages, placesOf } from '../../scaffold/set/declared.js'
import { lockedVersion, readLock } from '../../scaffold/set/lock.js'
import { installedVersion } from '../../scaffold/set/staged.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed, print } from '../output.js'
import { configOf } from '../where.js'
import { pluginsOf, usesOf } from './server.js'

/** `penstock plugin status NAME`: how one plugin stands at the server, which versions there are of it, and who needs it. */
export async function pluginStatus(name: string, options: WhereOptions & { readonly output?: string }): Promise<void> {
  const config = configOf(options)
  const { plugins, running } = await pluginsOf(config)
  const plugin = plugins.find((one) => one.name === name)
  if (!plugin)
    throw new CommandFailed(
      `no plugin is called '${name}'${suggestion(
        name,
        plugins.map((one) => one.name),
      )}`,
    )
  const uses = await usesOf(config, plugin, running)
  const versions = await versionsOf(config, plugin)
  print(options.output, { ...plugin, running, ...versions, uses }, () => [
    `${plugin.name} ${plugin.version}: ${plugin.state}${running ? '' : ' (no server runs: this is what one would make of it)'}`,
    ...versionLines(versions),
    `runs: ${plugin.bundled ? 'comes with Penstock' : 'installed here'}, ${plugin.isolation === 'process' ? 'in a process of its own' : 'inside the server'}`,
    ...plugin.provides.map((one) => `provides: ${one}`),
    ...uses.map(({ pipelineName, stageName, name: place }) => `needed by: ${pipelineName} (${stageName}/${place})`),
    ...plugin.problems.map((problem) => `problem: ${problem}`),
  ])
  if (plugin.state === 'failed' || plugin.state === 'incompatible') process.exitCode = 1
}

interface Versions {
  /** By penstock.yaml. */
  readonly wanted?: string
  readonly locked?: string
  /** In DATA/plugins; the server may still have another one. */
  readonly installed?: string
}

async function versionsOf(config: Parameters<typeof placesOf>[0], { name }: PluginStatus): Promise<Versions> {
  const one = (await declaredPackages(config)).find(({ name: known }) => known.endsWith(`penstock-plugin-${name}`))
  if (!one) return {}
  const { installed, lock } = placesOf(config)
  const found = {
    wanted: one.version,
    locked: lockedVersion(readLock(lock), one.name),
    installed: installedVersion(installed, one.name),
  }
  return Object.fromEntries(Object.entries(found).filter(([, version]) => version !== undefined))
}

function versionLines({ wanted, locked, installed }: Versions): string[] {
  const words = [
    ['penstock.yaml', wanted],
    ['lock file', locked],
    ['installed', installed],
  ].flatMap(([where, version]) => (version === undefined ? [] : [`${where} ${version}`]))
  return words.length === 0 ? [] : [`versions: ${words.join(', ')}`]
}
