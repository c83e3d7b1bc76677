import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataFormat } from '../../app/data-folder.js'
import { CommandFailed } from '../output.js'
import type { BackupNote } from './contents.js'

/** What a backup says of itself. Errors: CommandFailed when the folder is no backup, or one of a newer version. */
export function noteOf(from: string): BackupNote {
  const file = join(from, 'backup.json')
  if (!existsSync(file)) throw new CommandFailed(`${from} is no backup: it has no backup.json`)
  const note = read(file)
  if (note.format <= dataFormat) return note
  throw new CommandFailed(
    `${from} was made by a newer Penstock (format ${note.format}, this one knows up to ${dataFormat}): use that version`,
  )
}

function read(file: string): BackupNote {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as BackupNote
  } catch {
    throw new CommandFailed(`${file} is damaged: it is not JSON`)
  }
}
