import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { JobFailed } from '@penstock/core'
import { folderInside } from '../source.js'

export interface BuildspecText {
  /** How it is named in messages. */
  readonly file: string
  readonly text: string
}

/**
 * The buildspec: what BuildspecOverride holds, the file that it names, or buildspec.yml of the primary source.
 * Errors: JobFailed ConfigurationError naming what was looked for.
 */
export async function findBuildspec(folder: string, override: string | undefined): Promise<BuildspecText> {
  if (override !== undefined && /\n|^\s*(version|phases)\s*:/.test(override)) {
    return { file: 'BuildspecOverride', text: override }
  }
  const names = override === undefined ? ['buildspec.yml', 'buildspec.yaml'] : [override]
  for (const name of names) {
    const parent = await folderInside(folder, dirname(name), override === undefined ? 'buildspec' : 'BuildspecOverride')
    const text = await readFile(join(parent, name.slice(name.lastIndexOf('/') + 1)), 'utf8').catch(() => undefined)
    if (text !== undefined) return { file: name, text }
  }
  const remedy =
    override === undefined ? 'add one, or set BuildspecOverride' : 'BuildspecOverride names a file that is missing'
  throw new JobFailed(`the primary source has no ${names[0]}: ${remedy}`, 'ConfigurationError')
}
