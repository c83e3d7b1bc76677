import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { JobContext } from '@penstock/core'

/** A fact of one action execution: made once, and the same when a restarted server runs the action again from its top. */
export async function keptFact<T>(ctx: JobContext, name: string, make: () => Promise<T>): Promise<T> {
  const file = join(ctx.workspace, '.penstock', `${name}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
  const made = await make()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(made))
  renameSync(`${file}.new`, file)
  return made
}
