import { type BuildUser, sandboxHome } from './build-user.js'

/** The users that a sandbox knows: without a name for their uid, git, ssh and many others refuse to work. */
export function passwdText(user: BuildUser): string {
  const lines = [
    'root:x:0:0:root:/root:/bin/sh',
    `build:x:${user.uid}:${user.gid}::${sandboxHome}:/bin/sh`,
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  ]
  return `${lines.join('\n')}\n`
}

export function groupText({ gid }: BuildUser): string {
  return `root:x:0:\nbuild:x:${gid}:\nnogroup:x:65534:\n`
}
