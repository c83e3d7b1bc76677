/** The first start's administrator: a password nobody chose, in a file that only the server's user can read. */
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AccessStore } from '../domain/access-store.js'
import { administratorPolicy } from '../domain/managed-policies.js'
import type { Access } from './access-service.js'
import { writePrivate } from './master-key.js'

export const adminName = 'admin'

/** Makes the user `admin` when there is no user yet. Answers the file with its password, or `undefined`. */
export async function makeFirstAdmin(
  access: Access,
  store: AccessStore,
  dataFolder: string,
): Promise<string | undefined> {
  if (await store.hasUsers()) return undefined
  const folder = join(dataFolder, 'secrets')
  const file = join(folder, 'initialAdminPassword')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // The file comes first: after a crash in between, the next start takes the password that may already have been read.
  if (!existsSync(file)) writePrivate(file, `${readable()}\n`)
  await access.setPassword(adminName, readFileSync(file, 'utf8').trim(), [
    'AWSCodePipeline_FullAccess',
    administratorPolicy,
  ])
  return file
}

/** 25 letters and digits that are not mistaken for one another, in groups of five: 125 bits. */
function readable(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
  return Array.from({ length: 5 }, group).join('-')
}
