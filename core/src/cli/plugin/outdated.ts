import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defined } from '../../domain/defined.js'
import { API_VERSION } from '../../host/plugin.js'
import { isTarball } from '../../host/section.js'
import { declaredPackages, placesOf } from '../../scaffold/set/declared.js'
import { lookUpAll, newestIn, type Published, searchRegistry } from '../../scaffold/set/registry.js'
import { installedVersion } from '../../scaffold/set/staged.js'
import type { WhereOptions } from '../main.js'
import { print, table } from '../output.js'
import { configOf } from '../where.js'

/** `penstock plugin outdated`: what is newer at the registry, and whether this Penstock can load it. Status 1 when something is. */
export async function outdatedPlugins(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const config = configOf(options)
  const { installed } = placesOf(config)
  const declared = (await declaredPackages(config)).filter(({ version = '' }) => !isTarball(version))
  const published = await atRegistry((folder) =>
    lookUpAll(
      folder,
      declared.map(({ name }) => name),
    ),
  )
  const rows = declared.flatMap(({ name, version }): Row[] => {
    const found = published.find((one) => one.name === name)
    const current = installedVersion(installed, name)
    if (found === undefined) return [{ name, ...defined({ current }), note: 'the registry does not know it' }]
    const wanted = newestIn(found, version)
    if (current === found.latest && wanted === current) return []
    return [{ name, ...defined({ current, wanted }), latest: found.latest, note: note(found) }]
  })
  print(options.output, rows, () =>
    rows.length === 0
      ? ['all plugins are the newest']
      : table([
          ['PACKAGE', 'INSTALLED', 'WANTED', 'LATEST', ''],
          ...rows.map(({ name, current = '-', wanted = '-', latest = '-', note: words }) => [
            name,
            current,
            wanted,
            latest,
            words,
          ]),
        ]),
  )
  if (rows.length > 0) process.exitCode = 1
}

interface Row {
  readonly name: string
  readonly current?: string
  /** The newest that penstock.yaml's range takes. */
  readonly wanted?: string
  readonly latest?: string
  readonly note: string
}

/** `penstock plugin search WORDS`: packages with the keyword `penstock-plugin`. */
export async function searchPlugins(words: readonly string[], options: { readonly output?: string }): Promise<void> {
  const found = await atRegistry(async (folder) => lookUpAll(folder, await searchRegistry(folder, words, mostFound)))
  print(options.output, found, () =>
    found.length === 0
      ? ['no plugin was found']
      : table([
          ['PACKAGE', 'VERSION', 'PUBLISHED', 'DESCRIPTION', ''],
          ...found.map((one) => [one.name, one.latest, one.published?.slice(0, 10) ?? '-', one.description, note(one)]),
        ]),
  )
}

const mostFound = 20

/** What somebody should know before taking it. */
function note({ fits, apiVersion, deprecated, provenance, hasInstallScript }: Published): string {
  return [
    ...(deprecated === undefined ? [] : [`deprecated: ${deprecated}`]),
    ...(fits === undefined ? ['no plugin of Penstock'] : []),
    ...(fits === false ? [`is for plugin API ${apiVersion}, and this is ${API_VERSION}`] : []),
    ...(hasInstallScript ? ['has an install script, which will not run'] : []),
    ...(provenance ? ['with provenance'] : []),
  ].join('; ')
}

/** npm wants a folder to be in; the registry it takes from its own settings. */
async function atRegistry<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-npm-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
