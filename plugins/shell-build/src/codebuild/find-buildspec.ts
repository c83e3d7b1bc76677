import { readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { JobFailed } from '@penstock/core'
import { folderInside } from '../source.js'

export interface BuildspecText {
  /** How it is named in messages. */
  readonly file: string
  readonly text: string
}

/** What says which buildspec it is: a property or the project, and its value. */
export interface BuildspecChoice {
  readonly from: string
  /** A path inside the source, or the text itself. */
  readonly value: string
}

/**
 * The buildspec: what the choice holds, the file that it names, or buildspec.yml of the primary source.
 * Errors: JobFailed ConfigurationError naming what was looked for.
 */
export async function findBuildspec(folder: string, written: BuildspecChoice | undefined): Promise<BuildspecText> {
  const choice = written && { ...written, value: written.value.trim() }
  if (written !== undefined && /\n|^(version|phases)\s*:|^\{/.test(choice?.value ?? '')) {
    return { file: written.from, text: written.value }
  }
  if (choice?.value.startsWith('arn:')) {
    const message = `${choice.from} is "${choice.value}": a path inside the source, or the text itself, is right (no object of S3)`
    throw new JobFailed(message, 'ConfigurationError')
  }
  const names = choice === undefined ? ['buildspec.yml', 'buildspec.yaml'] : [choice.value]
  for (const name of names) {
    const text = await readInside(folder, name, choice?.from ?? 'buildspec')
    if (text !== undefined) return { file: name, text }
  }
  const remedy =
    choice === undefined
      ? 'add one, or set BuildspecOverride or the source.buildspec of its project'
      : `${choice.from} names a file that is missing`
  throw new JobFailed(`the primary source has no ${names[0]}: ${remedy}`, 'ConfigurationError')
}

/** A link may not lead the server's own reading out of the source. */
async function readInside(folder: string, name: string, from: string): Promise<string | undefined> {
  const slash = name.lastIndexOf('/')
  const parent = await folderInside(folder, slash < 0 ? undefined : name.slice(0, slash), from)
  const file = await realpath(join(parent, name.slice(slash + 1))).catch(() => undefined)
  if (file === undefined) return undefined
  if (file.startsWith((await realpath(folder)) + sep)) return readFile(file, 'utf8').catch(() => undefined)
  throw new JobFailed(`${name} is a link that leads out of the source: a file is right`, 'ConfigurationError')
}
