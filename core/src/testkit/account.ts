/** Which account a test's server runs as: the real ones refuse to run as root, or should not. */
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'

/**
 * A line of /etc/passwd.
 * @example
 * const { uid, gid }: Account = currentAccount()
 */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

/**
 * The account called `name`, from /etc/passwd; `undefined` when there is none.
 * @example
 * const nobody = findAccount('nobody')
 */
export function findAccount(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  if (line === undefined) return undefined
  const [, , uid, gid, , home, shell] = line.split(':')
  return {
    name,
    uid: Number(uid),
    gid: Number(gid),
    home: home ?? '/',
    shell: shell || '/bin/sh',
  }
}

/**
 * Whoever runs this.
 * @example
 * console.log(currentAccount().name)
 */
export function currentAccount(): Account {
  const user = userInfo()
  return {
    name: user.username,
    uid: user.uid,
    gid: user.gid,
    home: user.homedir,
    shell: user.shell ?? '/bin/sh',
  }
}

/**
 * Somebody without privileges: whoever runs this, or when that is root, the first of `names` that exists.
 * Errors: none of the names exists.
 * @example
 * const { uid } = unprivilegedAccount('postgres')
 */
export function unprivilegedAccount(...names: readonly string[]): Account {
  if (process.getuid?.() !== 0) return currentAccount()
  for (const name of [...names, 'nobody']) {
    const found = findAccount(name)
    if (found !== undefined && found.uid !== 0) return found
  }
  throw new Error(
    `no account to run as without privileges: looked for ${[...names, 'nobody'].join(', ')} in /etc/passwd`,
  )
}
