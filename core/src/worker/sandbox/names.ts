import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../files.js'
import { sandboxHome } from './bubblewrap.js'
import type { BuildUser } from './build-user.js'

/** The users that a sandbox knows: without a name for their uid, git, ssh and many others refuse to work. */
export function writeNames(dataFolder: string, user: BuildUser): { readonly passwd: string; readonly group: string } {
  const folder = join(dataFolder, 'sandbox')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const [passwd, group] = [join(folder, 'passwd'), join(folder, 'group')]
  const lines = [
    'root:x:0:0:root:/root:/bin/sh',
    `build:x:${user.uid}:${user.gid}::${sandboxHome}:/bin/sh`,
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  ]
  writeWhole(passwd, `${lines.join('\n')}\n`, 0o644)
  writeWhole(group, `root:x:0:\nbuild:x:${user.gid}:\nnogroup:x:65534:\n`, 0o644)
  return { passwd, group }
}
