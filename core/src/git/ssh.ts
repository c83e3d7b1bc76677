/** Repositories reached over SSH: their addresses, and the OpenSSH client that git is told to use. */
import { GitError } from './git-error.js'

/**
 * Who connects, and which servers are known. What is absent is taken from the account that runs Penstock: its keys and
 * agent, its known_hosts.
 */
export interface SshIdentity {
  /** A private key without a passphrase, as `ssh-keygen -t ed25519 -N ''` makes it. */
  readonly identityFile?: string
  /** The servers' host keys, as `ssh-keyscan` prints them. A server that is not in it is refused. */
  readonly knownHostsFile?: string
}

/** Seconds until a server that does not answer is given up. */
const connectTimeout = 15

/** `user@host:path`, as hosting services show it, or `ssh://[user@]host[:port]/path`. */
const shortForm = /^(?:[\w.-]+@)?[A-Za-z0-9][\w.-]*:(?!\/\/)[^\s]+$/

/** True for an address that OpenSSH serves. */
export function isSshUrl(text: string): boolean {
  return text.startsWith('ssh://') || (!text.includes('://') && shortForm.test(text))
}

/** Checks an address that isSshUrl. The short form stays as it is: its path begins elsewhere. Errors: GitError `bad-url`. */
export function checkSshUrl(text: string): string {
  if (!text.startsWith('ssh://')) return text.replace(/\/+$/, '')
  const url = URL.canParse(text) ? new URL(text) : undefined
  // A host that begins with a dash would be an option of ssh.
  if (url === undefined || !/^[A-Za-z0-9[]/.test(url.hostname) || url.username.startsWith('-'))
    throw new GitError('bad-url', 'the repository URL must look like ssh://git@host/path or git@host:path')
  const place = `${url.host}${url.pathname}`
  if (url.password !== '')
    throw new GitError('bad-url', `the repository URL of ${place} holds a password: ssh logs in with keys only`)
  if (url.search !== '' || url.hash !== '')
    throw new GitError('bad-url', `the repository URL ssh://${place} must end there, without '?' or '#'`)
  return url.href.replace(/\/+$/, '')
}

/** The variables that make git speak SSH: never asking anybody, never trusting a server that is not known. */
export function sshEnvironment({ identityFile, knownHostsFile }: SshIdentity = {}): Record<string, string> {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `ConnectTimeout=${connectTimeout}`,
    'ServerAliveInterval=15',
    'ForwardAgent=no',
    'ClearAllForwardings=yes',
    ...(identityFile === undefined ? [] : ['IdentitiesOnly=yes', 'IdentityAgent=none']),
    ...(knownHostsFile === undefined ? [] : [`UserKnownHostsFile=${knownHostsFile}`, 'GlobalKnownHostsFile=/dev/null']),
  ]
  const words = ['ssh', ...options.flatMap((option) => ['-o', option])]
  if (identityFile !== undefined) words.push('-i', identityFile)
  const agent = process.env.SSH_AUTH_SOCK
  return {
    GIT_SSH_COMMAND: words.map(quote).join(' '),
    GIT_SSH_VARIANT: 'ssh',
    ...(agent === undefined || identityFile !== undefined ? {} : { SSH_AUTH_SOCK: agent }),
  }
}

/** One word for the shell that git starts ssh with. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

const explanations: readonly [said: RegExp, problem: GitError['problem'], remedy: string][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'tls',
    'its host key is another one than the known one: find out why, and only then enter the new one into known_hosts',
  ],
  [
    /Host key verification failed|No [\w-]+ host key is known/,
    'tls',
    "its host key is not known: add what ssh-keyscan prints for it to known_hosts, after comparing it with what the server's owner says",
  ],
  [
    /Permission denied|Too many authentication failures|Load key/,
    'unauthorised',
    'the server does not take the key: enter its public half there, as a deploy key for one repository',
  ],
  [
    /not appear to be a git repository|[Rr]epository .*not found|does not exist|access denied or/,
    'gone',
    'there is no such repository, or the key may not read it',
  ],
  [/Could not resolve hostname/, 'unreachable', 'its host is not known here: check the name and the DNS'],
  [/Connection refused/, 'unreachable', 'it refuses connections: is the SSH server running on that port?'],
  [/timed out|No route to host|unreachable/, 'unreachable', 'it does not answer: a firewall in between?'],
  [
    /cannot run ssh|ssh: (command )?not found/,
    'server',
    'there is no ssh program here: apt-get install openssh-client',
  ],
]

/** What OpenSSH and the server said, in words for the repository's owner; `undefined` when they are not known. */
export function explainSsh(url: string, stderr: string): GitError | undefined {
  const found = explanations.find(([said]) => said.test(stderr))
  return found && new GitError(found[1], `${url} cannot be read: ${found[2]}`)
}
