/** What an installation is told, beside what it knows: copied along, so that another machine can be set up as this one is. */
import { existsSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import type { Config } from '../../app/config.js'

/** Its folder in a backup. */
export const configurationFolder = 'configuration'

/** One file or folder, and its place below `configuration`. */
export interface Copied {
  readonly from: string
  readonly to: string
}

/** penstock.yaml, the folder of pipeline files, and plugins that are named by their path; what is not there is left out. */
export function configurationOf({ file, pipelines, pipelinesGit, plugins, baseFolder }: Config): Copied[] {
  const own = Object.keys(plugins)
    .filter((key) => key.startsWith('.') || isAbsolute(key))
    .map((key) => resolve(baseFolder, key))
  const all: Copied[] = [
    ...(file === undefined ? [] : [{ from: file, to: basename(file) }]),
    ...(pipelinesGit ? [] : [{ from: pipelines, to: 'pipelines' }]),
    ...own.map((path, at) => ({ from: path, to: join('plugins', uniqueName(own, at)) })),
  ]
  return all.filter(({ from }) => existsSync(from))
}

/** Two plugins in different folders may be called the same. */
function uniqueName(paths: readonly string[], at: number): string {
  const name = basename(paths[at] ?? '')
  const earlier = paths.slice(0, at).filter((path) => basename(path) === name).length
  return earlier === 0 ? name : `${earlier + 1}-${name}`
}
