/** One HTTP exchange with a git server over a kept connection; redirects and refusals become words for the owner. */

import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { rootCertificates } from 'node:tls'
import { defined } from '../domain/defined.js'
import { GitError } from './git-error.js'
import { authorization, type GitLimits, type GitRemote } from './remote.js'
import { refuseForbidden, safeLookup } from './safe-lookup.js'

export interface GitAnswer {
  /** Where the repository is: the remote's URL, or where a redirect within the same host led. */
  readonly base: string
  readonly contentType: string
  readonly body: Buffer
}

export interface GitQuestion {
  /** `/info/refs?service=git-upload-pack` or `/git-upload-pack`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** A POST when present. */
  readonly body?: string
}

/** Milliseconds for one question when nothing else is said. */
export const defaultTimeout = 20_000
/** A repository with 500,000 references answers version 0 with some 50 MB. */
const bodyLimit = 128 * 1024 * 1024
const redirectLimit = 3

// Few sockets per host: a wave of polls queues up behind them instead of opening hundreds of TLS connections.
const agentOptions = { keepAlive: true, maxSockets: 8, maxFreeSockets: 4, scheduling: 'lifo', timeout: 90_000 } as const
const agents = new Map<string, http.Agent>()

function agentFor(url: URL, caFile: string | undefined): http.Agent {
  const key = `${url.protocol}${caFile ?? ''}`
  const known = agents.get(key)
  if (known !== undefined) return known
  const ca = caFile === undefined ? {} : { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] }
  const agent = url.protocol === 'https:' ? new https.Agent({ ...agentOptions, ...ca }) : new http.Agent(agentOptions)
  agents.set(key, agent)
  return agent
}

/** Closes all kept connections, for a server that stops. */
export function closeGitConnections(): void {
  for (const agent of agents.values()) agent.destroy()
  agents.clear()
}

/** Asks a server, following redirects within the host. Errors: GitError. */
export async function askGit(
  remote: GitRemote,
  base: string,
  question: GitQuestion,
  limits: GitLimits,
): Promise<GitAnswer> {
  let at = base
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const answer = await exchange(remote, at, question, limits)
    if (answer.status === 200) return { base: at, contentType: answer.headers['content-type'] ?? '', body: answer.body }
    at = redirected(remote, at, question, answer) ?? refuse(remote, answer)
  }
  throw new GitError(
    'moved',
    `${remote.url} redirects more than ${redirectLimit} times, last to ${at}: enter the repository's real URL`,
  )
}

interface RawAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

async function exchange(remote: GitRemote, base: string, question: GitQuestion, limits: GitLimits): Promise<RawAnswer> {
  const state = { reused: false }
  try {
    return await exchangeOnce(remote, base, question, limits, state)
  } catch (error) {
    // A kept connection that the server has closed meanwhile says nothing about the server: ask again on a new one.
    if (state.reused && isClosed(error)) return exchangeOnce(remote, base, question, limits, state)
    throw error
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof GitError && error.problem === 'unreachable'
}

function exchangeOnce(
  remote: GitRemote,
  base: string,
  question: GitQuestion,
  { clock, signal, timeout = defaultTimeout }: GitLimits,
  state: { reused: boolean },
): Promise<RawAnswer> {
  const url = new URL(base + question.path)
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    refuseForbidden(url)
    const request = start(remote, url, question)
    const give = (error: unknown) => {
      cancel()
      signal?.removeEventListener('abort', onAbort)
      request.destroy()
      reject(error)
    }
    const onAbort = () => give(signal?.reason)
    const slow = () =>
      give(
        new GitError(
          'slow',
          `${remote.url} did not answer within ${timeout / 1000} s: is the server overloaded, or a firewall in between?`,
        ),
      )
    const cancel = clock.after(timeout, slow)
    signal?.addEventListener('abort', onAbort, { once: true })
    request.once('error', (error) => {
      state.reused = request.reusedSocket
      give(describeFailure(remote, url, error))
    })
    request.once('response', (response) => {
      collect(response, remote).then((body) => {
        cancel()
        signal?.removeEventListener('abort', onAbort)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      }, give)
    })
    request.end(question.body)
  })
}

function start(remote: GitRemote, url: URL, question: GitQuestion): http.ClientRequest {
  const allowed = authorization(remote)
  const headers = {
    'user-agent': 'git/penstock',
    ...question.headers,
    ...defined({ authorization: allowed }),
    ...(question.body === undefined ? {} : { 'content-length': Buffer.byteLength(question.body) }),
  }
  const { request } = url.protocol === 'https:' ? https : http
  return request(url, {
    method: question.body === undefined ? 'GET' : 'POST',
    headers,
    agent: agentFor(url, remote.caFile),
    lookup: safeLookup,
  })
}

function collect(response: http.IncomingMessage, remote: GitRemote): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    response.on('data', (piece: Buffer) => {
      size += piece.length
      pieces.push(piece)
      if (size <= bodyLimit) return
      reject(new GitError('protocol', `${remote.url} lists more than ${bodyLimit} bytes of references`))
    })
    response.once('end', () =>
      resolve(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)),
    )
    response.once('close', () => {
      if (!response.complete)
        reject(new GitError('unreachable', `the connection to ${remote.url} broke off after ${size} bytes`))
    })
    response.once('error', () => undefined) // 'close' follows
  })
}

/** Where a redirect leads, when that may be followed: to the same host, and never from https to http. */
function redirected(remote: GitRemote, base: string, question: GitQuestion, answer: RawAnswer): string | undefined {
  const location = answer.headers.location
  if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return undefined
  const from = new URL(base + question.path)
  const to = new URL(location, from)
  const path = question.path.split('?')[0] ?? ''
  const target = to.pathname.endsWith(path) ? to.origin + to.pathname.slice(0, -path.length) : undefined
  const safe =
    to.host === from.host
      ? to.protocol === from.protocol
      : to.hostname === from.hostname && from.protocol === 'http:' && to.protocol === 'https:'
  if (target !== undefined && safe) return target
  throw new GitError(
    'moved',
    `${remote.url} has moved to ${target ?? to.origin + to.pathname}: if that is right, enter that URL instead (credentials are not sent to another host by themselves)`,
  )
}

function refuse(remote: GitRemote, { status, headers, body }: RawAnswer): never {
  const known = authorization(remote) !== undefined
  if (status === 401 || status === 407) {
    const remedy = known
      ? 'the token or password is wrong or has expired: enter a new one'
      : 'it asks for credentials: enter a token that may read the repository'
    throw new GitError('unauthorised', `${remote.url} refused access (${status}): ${remedy}`)
  }
  if (
    status === 429 ||
    (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'))
  ) {
    throw new GitError(
      'rate-limited',
      `${remote.url} answers that there were too many requests (${status}): poll less often, or use a webhook`,
    )
  }
  if (status === 403)
    throw new GitError(
      'unauthorised',
      `${remote.url} refused access (403): the credentials are known but may not read this repository`,
    )
  if (status === 404 || status === 410) {
    const remedy = known
      ? 'check its name, and that the token may read it'
      : 'check its name; a private one needs a token'
    throw new GitError('gone', `${remote.url} does not exist (${status}): ${remedy}`)
  }
  const said = body.toString('utf8', 0, 200).replace(/\s+/g, ' ').trim()
  throw new GitError(
    status >= 500 ? 'server' : 'protocol',
    `${remote.url} answered with status ${status}${said === '' ? '' : `: ${said}`}`,
  )
}

const tlsCodes = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|ERR_OSSL|HOSTNAME_MISMATCH)/

function describeFailure(remote: GitRemote, url: URL, error: NodeJS.ErrnoException): GitError {
  if (error instanceof GitError) return error
  const code = error.code ?? ''
  if (tlsCodes.test(code)) {
    return new GitError(
      'tls',
      `no secure connection to ${remote.url}: ${error.message} (${code}); for a private authority set caFile in the plugin's configuration`,
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new GitError(
      'unreachable',
      `the host ${url.hostname} of ${remote.url} is not known here: check the name and the DNS`,
    )
  if (code === 'ECONNREFUSED')
    return new GitError(
      'unreachable',
      `${url.host} refuses connections for ${remote.url}: is the server running on that port?`,
    )
  return new GitError('unreachable', `the connection to ${remote.url} failed: ${code === '' ? error.message : code}`)
}
