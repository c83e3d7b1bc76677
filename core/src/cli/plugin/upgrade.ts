import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import validVersion from 'semver/functions/valid'
import type { Config } from '../../app/config.js'
import { shortName } from '../../host/manifest.js'
import { isTarball } from '../../host/section.js'
import type { PluginStatus } from '../../host/services.js'
import { readSection, writeVersion } from '../../scaffold/plugin-section.js'
import { writeSetLock } from '../../scaffold/plugins-folder.js'
import { type DeclaredPackage, declaredPackages, placesOf } from '../../scaffold/set/declared.js'
import { lookUp, newestIn } from '../../scaffold/set/registry.js'
import { dependenciesOf, installedVersion, openStage, type Stage } from '../../scaffold/set/staged.js'
import { upgradeStage } from '../../scaffold/set/upgrade-stage.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed } from '../output.js'
import { configOf } from '../where.js'
import { testInSandbox } from './contract.js'
import { askIfRunning, pluginsOf, usesOf } from './server.js'
import { tryPlugin, wantsConfiguration, whatIsWrong } from './trial.js'

interface UpgradeFlags extends WhereOptions {
  readonly to?: string
  readonly tests: boolean
}

/**
 * `penstock plugin upgrade NAME`: the newest version that penstock.yaml's range takes, or the newest of all where that is one
 * version. Beside what runs it is installed, loaded, held against the pipelines that need it, and put through its own contract
 * tests; only then it takes its place. A running server loads it, and when it does not start there, all is as it was before.
 * Errors: CommandFailed, with what was wrong; nothing is changed then.
 */
export async function upgradePlugin(name: string, flags: UpgradeFlags): Promise<void> {
  const config = configOf(flags)
  const one = await find(config, name)
  const { installed } = placesOf(config)
  const current = installedVersion(installed, one.name)
  const stage = openStage(installed, true)
  try {
    const target = await targetOf(stage.folder, one, flags.to)
    if (target === current) {
      say(`${one.name} is ${current}, the newest that there is for it`)
      return
    }
    say(`${one.name} ${current ?? 'not there'} -> ${target}`)
    const exact = one.version === undefined || validVersion(one.version) !== null || flags.to !== undefined
    await upgradeStage(stage.folder, one.name, target, exact ? target : (one.version ?? target))
    await judge(config, one, stage, flags.tests)
    await putInPlace(config, one, stage, exact ? target : undefined)
  } finally {
    stage.drop()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function find(config: Config, name: string): Promise<DeclaredPackage> {
  const declared = await declaredPackages(config)
  const one = declared.find(({ key, name: full }) => key === name || shortName(full) === shortName(name))
  if (!one) {
    const known = declared.map((each) => shortName(each.name))
    throw new CommandFailed(
      `penstock.yaml names no package '${name}'; there ${known.length > 0 ? `are ${known.join(', ')}` : 'is none'}`,
    )
  }
  if (!isTarball(one.version ?? '') && !dependenciesOf(placesOf(config).installed)[one.name]?.startsWith('file:'))
    return one
  throw new CommandFailed(`${one.name} was added from a tarball: add the newer one with penstock plugin add`)
}

async function targetOf(folder: string, { name, version }: DeclaredPackage, to: string | undefined): Promise<string> {
  if (to !== undefined && validVersion(to) !== null) return to
  const published = await lookUp(folder, name)
  if (to !== undefined) {
    const exact = newestIn(published, to)
    if (exact === undefined)
      throw new CommandFailed(`${name} has no version ${to}; there are ${published.versions.join(', ')}`)
    return exact
  }
  const range = version === undefined || validVersion(version) !== null ? undefined : version
  return newestIn(published, range) ?? published.latest
}

/** Errors: CommandFailed when it must not take its place. */
async function judge(config: Config, { key, name }: DeclaredPackage, { folder }: Stage, tests: boolean): Promise<void> {
  const { version: _, ...section } = (readSection(fileOf(config), key) ?? {}) as { readonly version?: unknown }
  const status = await tryPlugin(config, key, section, folder)
  const problem = whatIsWrong(status)
  const kept = 'nothing is changed'
  if (problem !== undefined && !wantsConfiguration(problem))
    throw new CommandFailed(`the new version does not load: ${problem}; ${kept}`)
  if (problem !== undefined)
    throw new CommandFailed(`the new version wants another configuration: ${problem.replace(/^load: /, '')}; ${kept}`)
  const lost = await lostUses(config, shortName(name), status?.provides ?? [])
  if (lost.length > 0)
    throw new CommandFailed(`the new version no longer provides what pipelines need: ${lost.join(', ')}; ${kept}`)
  say('it loads, and provides what pipelines need')
  if (tests) say(await testInSandbox(config, join(folder, 'node_modules', name), kept))
}

/** Places in pipelines that the version in use serves, and the new one would not. */
async function lostUses(config: Config, name: string, provides: readonly string[]): Promise<readonly string[]> {
  const { plugins, running } = await pluginsOf(config)
  const plugin = plugins.find((each) => each.name === name)
  if (!plugin) return []
  const uses = await usesOf(config, plugin, running)
  const lost = uses.filter(({ type }) => !provides.includes(type))
  return lost.map(
    ({ pipelineName, stageName, name: place, type }) => `${type} (${pipelineName}: ${stageName}/${place})`,
  )
}

async function putInPlace(
  config: Config,
  one: DeclaredPackage,
  stage: Stage,
  version: string | undefined,
): Promise<void> {
  const { installed, lock } = placesOf(config)
  const files = [fileOf(config), lock].map((file) => ({
    file,
    text: existsSync(file) ? readFileSync(file, 'utf8') : undefined,
  }))
  stage.keep()
  if (version !== undefined) writeVersion(fileOf(config), one.key, version)
  writeSetLock(installed, lock)
  const problem = await reload(config.dataDir, shortName(one.name))
  if (problem === undefined) return
  stage.undo()
  for (const { file, text } of files) {
    if (text === undefined) rmSync(file, { force: true })
    else writeFileSync(file, text)
  }
  const back = await reload(config.dataDir, shortName(one.name))
  const now = back === undefined ? 'the version before is back, and runs' : `the version before is back, but: ${back}`
  throw new CommandFailed(`the server cannot use the new version: ${problem}; ${now}`)
}

/** What is wrong with the plugin at the running server; nothing when it runs, or no server does. */
async function reload(dataDir: string, name: string): Promise<string | undefined> {
  try {
    const status = (await askIfRunning(dataDir, { command: 'plugin reload', name })) as PluginStatus | null | undefined
    if (status === undefined) say('no server runs: the next one has it')
    if (!status) return undefined
    if (status.state === 'started') say(`${name} ${status.version}: started in the running server`)
    return status.state === 'started' ? undefined : (status.problems.at(-1) ?? status.state)
  } catch (error) {
    return (error as Error).message
  }
}

function fileOf({ file }: Config): string {
  return file ?? resolve('penstock.yaml')
}
