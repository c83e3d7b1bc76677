import { readFileSync } from 'node:fs'

/** Who a build is, outside of its own names for things. */
export interface BuildUser {
  readonly uid: number
  readonly gid: number
}

/** The user of this name runs the builds of a server that is itself run by root. */
export const buildUserName = 'penstock-build'

/** Where there is no such user: a number that Debian's and Red Hat's rules leave free, and systemd's as well. */
const unnamed: BuildUser = { uid: 64_230, gid: 64_230 }

/** Root's builds run as somebody else; anybody else's as themselves (`undefined`), in a user namespace of their own. */
export function buildUser(ownUid = process.getuid?.(), passwd = '/etc/passwd'): BuildUser | undefined {
  if (ownUid !== 0) return undefined
  return namedUser(passwd) ?? unnamed
}

function namedUser(passwd: string): BuildUser | undefined {
  const line = readFileSync(passwd, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${buildUserName}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || Number(uid) === 0 ? undefined : { uid: Number(uid), gid: Number(gid) }
}

/** Where a build's own home folder is in its sandbox. */
export const sandboxHome = '/home/build'
