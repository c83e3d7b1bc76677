/** The data folder: private, for one server at a time, and never older than what wrote it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The layout of the folder that this version reads and writes. */
export const dataFormat = 1

/** The folder cannot be used; the message says why and what to do. */
export class DataFolderRefused extends Error {
  override readonly name = 'DataFolderRefused'
}

/** Makes the folder, readable by its owner only, and checks its format. Errors: DataFolderRefused. */
export function openDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 })
    chmodSync(join(folder, 'secrets'), 0o700)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new DataFolderRefused(
      `the data folder ${folder} cannot be made or written (${code}): choose another with --data, PENSTOCK_DATA or dataDir`,
    )
  }
  checkFormat(folder)
}

function checkFormat(folder: string): void {
  const file = join(folder, 'format')
  if (!existsSync(file)) writeFileSync(file, `${dataFormat}\n`, { mode: 0o600 })
  const found = Number(readFileSync(file, 'utf8').trim())
  if (Number.isInteger(found) && found >= 1 && found <= dataFormat) return
  if (found > dataFormat) {
    throw new DataFolderRefused(
      `the data folder ${folder} has format ${found}, and this Penstock knows up to ${dataFormat}: it was written by a newer version, so start that one or a later one`,
    )
  }
  throw new DataFolderRefused(
    `${file} must hold a number from 1 to ${dataFormat}; was the folder damaged? penstock restore brings a backup back`,
  )
}
