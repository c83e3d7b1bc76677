import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { dataFormat } from '../app/data-folder.js'
import { copiedFiles, copiedFolders } from './backup.js'
import type { WhereOptions } from './main.js'
import { CommandFailed } from './output.js'
import { configOf } from './where.js'

/** `penstock restore FOLDER`: brings a backup into a data folder that is new or empty; nothing is ever written over. */
export async function restore(folder: string, options: WhereOptions): Promise<void> {
  const { dataDir } = configOf(options)
  const from = resolve(folder)
  const note = join(from, 'backup.json')
  if (!existsSync(note)) throw new CommandFailed(`${from} is no backup: it has no backup.json`)
  const { format } = JSON.parse(readFileSync(note, 'utf8')) as { format: number }
  if (format > dataFormat)
    throw new CommandFailed(
      `${from} was made by a newer Penstock (format ${format}, this one knows up to ${dataFormat}): use that version`,
    )
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new CommandFailed(`${dataDir} is not empty: move it away first, or name another with --data`)
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  for (const name of ['penstock.db', ...copiedFolders, ...copiedFiles]) {
    const source = join(from, name)
    if (existsSync(source))
      await cp(source, join(dataDir, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
  process.stdout.write(`${dataDir}\n`)
}
