/**
 * Asks a server where branches and tags are. Protocol version 2 answers one short question about the wanted ones only;
 * what a server can do is remembered, so that a poll is one request of some 200 bytes over a kept connection.
 * Servers that know only version 0, or are mere folders of files, list everything they have instead.
 */
import { GitError } from './git-error.js'
import { askGit, type GitAnswer } from './git-http.js'
import { listRefsOverSsh } from './list-refs-ssh.js'
import { isLocalUrl } from './local.js'
import { delimiter, flush, packet, packetText, readPackets } from './pkt-line.js'
import { type GitRef, readRefs, select } from './ref-lines.js'
import type { GitLimits, GitRemote } from './remote.js'
import { isSshUrl } from './ssh.js'

export interface RefList {
  readonly refs: readonly GitRef[]
  /** Where the repository was found: differs from the remote's URL when it has moved within its host. */
  readonly url: string
}

interface Server {
  readonly base: string
  /** Request headers and the command's first part; `undefined` for a server without version 2. */
  readonly head: string | undefined
  readonly since: number
}

const servers = new Map<string, Server>()
/** A server may learn version 2, or move back: it is asked anew every hour. */
const rememberedFor = 3_600_000
const rememberedServers = 10_000

const version2 = { 'git-protocol': 'version=2' }
const command = {
  ...version2,
  'content-type': 'application/x-git-upload-pack-request',
  accept: 'application/x-git-upload-pack-result',
}

/**
 * The references whose full names begin with one of `prefixes`.
 * Errors: GitError in the words of git-http.ts and ssh.ts; an absent reference is not an error.
 */
export async function listRefs(remote: GitRemote, prefixes: readonly string[], limits: GitLimits): Promise<RefList> {
  if (isSshUrl(remote.url) || isLocalUrl(remote.url)) return listRefsOverSsh(remote, prefixes, limits)
  const known = servers.get(remote.url)
  if (known === undefined || limits.clock.now() - known.since > rememberedFor) return discover(remote, prefixes, limits)
  if (known.head === undefined) return discover(remote, prefixes, limits)
  try {
    return await askVersion2(remote, known.base, known.head, prefixes, limits)
  } catch (error) {
    // What was remembered may be wrong by now: an old server behind the name, another place. Its own words count.
    servers.delete(remote.url)
    if (!(error instanceof GitError) || !['protocol', 'gone', 'server'].includes(error.problem)) throw error
    return discover(remote, prefixes, limits)
  }
}

/** Forgets what servers can do, for tests and a server that stops. */
export function forgetGitServers(): void {
  servers.clear()
}

async function discover(remote: GitRemote, prefixes: readonly string[], limits: GitLimits): Promise<RefList> {
  const question = { path: '/info/refs?service=git-upload-pack', headers: version2 }
  const answer = await askGit(remote, remote.url, question, limits)
  const lines = advertisement(remote, answer)
  const head = lines[0] === 'version 2' ? commandHead(lines) : undefined
  if (servers.size >= rememberedServers) servers.clear()
  servers.set(remote.url, { base: answer.base, head, since: limits.clock.now() })
  if (head !== undefined) return askVersion2(remote, answer.base, head, prefixes, limits)
  return { refs: select(readRefs(lines), prefixes), url: answer.base }
}

/** The advertisement's lines, whatever the server speaks. */
function advertisement(remote: GitRemote, answer: GitAnswer): string[] {
  const smart = answer.contentType.startsWith('application/x-git-upload-pack-advertisement')
  const text = smart ? '' : answer.body.toString('utf8')
  if (!smart && !/^([0-9a-f]{40,64}\t[^\n]+\n)*$/.test(text)) {
    throw new GitError(
      'protocol',
      `${remote.url} is not a git repository: it answers with ${answer.contentType || 'something'} (a login page, perhaps?)`,
    )
  }
  if (!smart) return text.split('\n').filter((line) => line !== '')
  const lines = parse(remote, answer.body)
  return lines[0]?.startsWith('# service=') === true ? lines.slice(1) : lines
}

function parse(remote: GitRemote, body: Buffer): string[] {
  try {
    return readPackets(body)
      .map(packetText)
      .filter((line) => line !== undefined)
  } catch (error) {
    throw new GitError('protocol', `${remote.url} answers what git does not understand: ${(error as Error).message}`)
  }
}

function commandHead(capabilities: readonly string[]): string {
  const format = capabilities.find((line) => line.startsWith('object-format='))
  return packet('command=ls-refs') + packet('agent=git/penstock') + (format === undefined ? '' : packet(format))
}

async function askVersion2(
  remote: GitRemote,
  base: string,
  head: string,
  prefixes: readonly string[],
  limits: GitLimits,
): Promise<RefList> {
  const wanted = prefixes.map((prefix) => packet(`ref-prefix ${prefix}`)).join('')
  const body = head + delimiter + packet('peel') + wanted + flush
  const answer = await askGit(remote, base, { path: '/git-upload-pack', headers: command, body }, limits)
  const lines = parse(remote, answer.body)
  // A list always ends with a flush; a server that does not know the command answers with nothing, or breaks off.
  if (answer.body.toString('latin1', answer.body.length - 4) !== flush) {
    throw new GitError('protocol', `${remote.url} breaks off its list of references`)
  }
  const refused = lines.find((line) => line.startsWith('ERR '))
  if (refused !== undefined) throw new GitError('protocol', `${remote.url} refuses: ${refused.slice(4, 300)}`)
  return { refs: select(lines.map(readVersion2), prefixes), url: answer.base }
}

/** `<id> <name>[ symref-target:<name>][ peeled:<id>]`; `unborn` instead of an id in an empty repository. */
function readVersion2(line: string): GitRef {
  const [id = '', name = '', ...attributes] = line.split(' ')
  const peeled = attributes.find((attribute) => attribute.startsWith('peeled:'))
  return { name, commit: peeled?.slice('peeled:'.length) ?? id }
}
