import { join, resolve } from 'node:path'
import type { Config } from '../../app/config.js'
import { shortName } from '../../host/manifest.js'
import { suggestion } from '../../host/nearest.js'
import { readSection, sectionKeys, writeSection } from '../../scaffold/plugin-section.js'
import { installedPackages, uninstallPackage, writeSetLock } from '../../scaffold/plugins-folder.js'
import { placesOf } from '../../scaffold/set/declared.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed } from '../output.js'
import { configOf } from '../where.js'
import { askIfRunning, pluginsOf, usesOf, usesText } from './server.js'

/**
 * `penstock plugin remove NAME`: takes away its entry of penstock.yaml, and its package, from the running server, too. Its
 * data folder stays. Pipelines that need it are named.
 */
export async function removePlugin(name: string, options: WhereOptions): Promise<void> {
  const config = configOf(options)
  const file = config.file ?? resolve('penstock.yaml')
  const plugins = join(config.dataDir, 'plugins')
  const same = (key: string) => key === name || shortName(key) === shortName(name) || pathName(key) === name
  const key = sectionKeys(file).find(same)
  const installed = installedPackages(plugins).find(same)
  if (key === undefined && installed === undefined) {
    const known = [...new Set([...sectionKeys(file), ...installedPackages(plugins)].map(shortName))]
    throw new CommandFailed(`no plugin '${name}' was added${suggestion(shortName(name), known)}`)
  }
  const known = pathName(key ?? '') ?? shortName(installed ?? key ?? name)
  const needed = await whoNeeds(config, known)
  if (key !== undefined && readSection(file, key) !== undefined) writeSection(file, key, undefined)
  if (installed !== undefined) {
    await uninstallPackage(plugins, installed)
    writeSetLock(plugins, placesOf({ ...config, plugins: {} }).lock)
  }
  const left = await leave(config, known)
  process.stdout.write(`${[`${key ?? installed} is removed${left}`, ...(needed ? [needed] : [])].join('\n  ')}\n`)
}

/** `./hello.ts` is called `hello`. */
function pathName(key: string): string | undefined {
  return /^[./]/.test(key)
    ? shortName((key.split('/').at(-1) ?? key).replace(/(\.plugin)?\.([cm]?[jt]s|ya?ml)$/, ''))
    : undefined
}

async function whoNeeds(config: Config, name: string): Promise<string | undefined> {
  try {
    const { plugins, running } = await pluginsOf(config)
    const plugin = plugins.find((one) => one.name === name)
    const needed = plugin && usesText(await usesOf(config, plugin, running))
    return needed && `${needed}; their actions fail now, and they cannot be saved`
  } catch {
    return undefined // the database or the server is in no state to be asked: a plugin can be removed all the same
  }
}

/** The server lets it go, if it was started with this penstock.yaml. */
async function leave({ dataDir }: Config, name: string): Promise<string> {
  try {
    const asked = await askIfRunning(dataDir, { command: 'plugin reload', name })
    return asked === undefined ? '' : ', also from the running server; its jobs come to their end'
  } catch (error) {
    return `; the running server keeps it until it is started again: ${(error as Error).message}`
  }
}
