import { constants } from 'node:fs'
import { type FileHandle, lchown, lstat, open, readdir } from 'node:fs/promises'
import type { BuildUser } from './build-user.js'

/**
 * Gives what lies in a folder (links themselves, not what they point to) to the builds' user, but for what is theirs
 * already. A folder comes after its content: one that is theirs was given whole, and with `again` false that is enough.
 * Every step on the way is taken from an open folder, so that a build that runs meanwhile cannot lead us elsewhere by a link.
 */
export async function give(folder: string, user: BuildUser, again: boolean): Promise<void> {
  const found = await lstat(folder)
  if (found.uid === user.uid && !again) return
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await giveContent(handle, user)
    if (found.uid !== user.uid) await handle.chown(user.uid, user.gid)
  } finally {
    await handle.close()
  }
}

async function giveContent(handle: FileHandle, user: BuildUser): Promise<void> {
  const path = `/proc/self/fd/${handle.fd}`
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const each = `${path}/${entry.name}`
    if (entry.isDirectory()) await give(each, user, true)
    else if ((await lstat(each)).uid !== user.uid) await lchown(each, user.uid, user.gid)
  }
}
