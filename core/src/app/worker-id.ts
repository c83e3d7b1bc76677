import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The worker's name, the same after every restart on this data folder: what it had in progress is its own again. */
export function workerId(dataFolder: string): string {
  const file = join(dataFolder, 'worker-id')
  try {
    writeFileSync(file, `server-${randomUUID()}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
