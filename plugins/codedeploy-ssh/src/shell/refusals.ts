/** What hosts say when they do not let us in, with what would help. */
import type { Become } from './become-shell.js'
import type { Exit } from './shell.js'

const REMEDIES: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [
    /login as the user "?([\w.-]+)"?/i,
    ([, user = '']) => `log in as ${user}, with become: sudo for what only root may do`,
  ],
  [/account is currently not available|nologin/i, () => 'the login has no shell: give it one (usermod -s /bin/sh)'],
  [
    /password (?:has )?expired|change your password|password change required/i,
    () => 'log in by hand and set a new password, or use a login that has none',
  ],
  [/account (?:has )?expired|account is locked/i, () => 'unlock the account, or use another login'],
  [/sftp connections only|shell access|may not run/i, () => 'the login may not run commands: it needs a shell'],
]

/** `it said: ...`, and what to do; empty when nothing was said. */
export function saidWithRemedy(said: string): string {
  const words = tidy(said)
  if (words === '') return ''
  for (const [pattern, remedy] of REMEDIES) {
    const found = pattern.exec(words)
    if (found !== null) return `; it said: ${words} (${remedy(found)})`
  }
  return `; it said: ${words}`
}

const SUDO: readonly (readonly [RegExp, string])[] = [
  [
    /a password is required|no tty present/i,
    'give become a password, or allow the login to use sudo without one (NOPASSWD)',
  ],
  [/must have a tty/i, 'sudo wants a terminal there: write Defaults:LOGIN !requiretty into its sudoers file'],
  [
    /not in the sudoers|may not run sudo|not allowed to execute/i,
    'allow the login to run /bin/sh as that user in /etc/sudoers.d',
  ],
  [/unknown user/i, 'become.user names a user that is not there'],
  [/not found|no such file/i, 'install sudo on the host, or log in as the user itself'],
  [/incorrect password|try again/i, 'become.password is not the password of the login'],
]

/** Why sudo did not begin. */
export function sudoRefusal(host: string, become: Become, exit: Exit, wrongPassword: boolean): string {
  const start = `${host}: the login could not become ${become.user ?? 'root'} with sudo`
  if (wrongPassword) return `${start}: its password was refused: become.password must be the password of the login`
  const words = tidy(exit.stderr.replace(/@@\w+ password /g, ''))
  const remedy = SUDO.find(([pattern]) => pattern.test(words))?.[1]
  return `${start} (exit code ${exit.code})${words === '' ? '' : `: ${words}`}${remedy === undefined ? '' : `: ${remedy}`}`
}

const COLOUR = /\p{Cc}\[[0-9;?]*[ -/]*[@-~]/gu

/** One line of at most 500 characters, without what could do harm on a terminal. */
function tidy(text: string): string {
  return text
    .replace(COLOUR, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/[^\P{C}\t]/gu, '').trim())
    .filter((line) => line !== '')
    .join(' | ')
    .slice(0, 500)
}
