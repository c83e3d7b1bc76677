/** A real git server for tests and the demo: git's own http-backend behind a small HTTP server on the loopback address. */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defined } from '../domain/defined.js'
import { answerWithGit } from './git-cgi.js'
import { type CommitFiles, type CommitOptions, git, makeCommit } from './git-commits.js'

/**
 * Who may read.
 * @example
 * const auth: GitLogin = { username: 'x-access-token', password: 'a token' }
 */
export interface GitLogin {
  readonly username: string
  readonly password: string
}

/**
 * How the server is.
 * @example
 * const options: GitServerOptions = { auth: { username: 'u', password: 'p' } }
 */
export interface GitServerOptions {
  /** Basic authentication that every request must carry, or what judges it. Everyone may read and push when absent. */
  readonly auth?: GitLogin | ((login: GitLogin, repository: string) => boolean)
  /** Milliseconds that every answer is held back. */
  readonly slow?: number
  /** False serves protocol version 0 only. */
  readonly protocol2?: boolean
  /** PEM texts: serves https instead of http. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Where repositories live; a temporary folder, deleted by `stop`, when absent. */
  readonly folder?: string
  /** 0, any free one, when absent. */
  readonly port?: number
  /** Sees each request first; `true` means that it has answered it (a redirect, a 500, nothing at all). */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/**
 * What was asked, for tests that count requests or look for credentials.
 * @example
 * const server = await startGitServer()
 * const seen: readonly SeenRequest[] = server.requests
 */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly authorization?: string
  /** The client's port: equal for requests that shared a connection. */
  readonly connection: number
}

/**
 * A git server that runs.
 * @example
 * const server: TestGitServer = await startGitServer()
 * await server.createRepository('acme/site')
 * await server.stop()
 */
export interface TestGitServer {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string
  readonly port: number
  readonly requests: readonly SeenRequest[]
  /** Makes an empty repository, `owner/name`, and answers with its URL (`.../owner/name.git`; works without `.git` too). */
  createRepository(name: string, options?: { readonly branch?: string }): Promise<string>
  /** Adds a commit on the server's side and answers with its id. */
  commit(repository: string, files: CommitFiles, message: string, options?: CommitOptions): Promise<string>
  /** Points a tag at a commit, branch or tag; annotated when there is a message. */
  tag(repository: string, name: string, target: string, message?: string): Promise<void>
  /** Removes a branch. */
  deleteBranch(repository: string, name: string): Promise<void>
  /** Takes a repository away, as its owner may. */
  deleteRepository(name: string): Promise<void>
  /** Runs git inside a bare repository, for what is not here. */
  git(repository: string, ...args: string[]): Promise<string>
  /** Ends the server and all its connections, and deletes what it made. */
  stop(): Promise<void>
}

/**
 * Starts a server; pushing works, too.
 * @example
 * const server = await startGitServer()
 * await server.createRepository('acme/site')
 * const id = await server.commit('acme/site', { 'build.sh': { content: 'make', executable: true } }, 'Build')
 */
export async function startGitServer(options: GitServerOptions = {}): Promise<TestGitServer> {
  const root = options.folder ?? mkdtempSync(join(tmpdir(), 'penstock-git-'))
  const seen: SeenRequest[] = []
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    seen.push(describe(request))
    if (options.intercept?.(request, response) === true) return
    setTimeout(() => void answer(request, response, root, options), options.slow ?? 0).unref()
  }
  const server = options.tls === undefined ? createServer(listener) : createTlsServer({ ...options.tls }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const url = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  return {
    ...repositories(root, url),
    url,
    port,
    requests: seen,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      if (options.folder === undefined) rmSync(root, { recursive: true, force: true })
    },
  }
}

function repositories(root: string, url: string): Omit<TestGitServer, 'url' | 'port' | 'requests' | 'stop'> {
  const folderOf = (name: string): string => join(root, `${name.replace(/\.git$/, '')}.git`)
  const branches = new Map<string, string>()
  return {
    async createRepository(name, { branch = 'main' } = {}) {
      const folder = folderOf(name)
      branches.set(folder, branch)
      await git(root, ['init', '--quiet', '--bare', '--initial-branch', branch, folder])
      await git(folder, ['config', 'http.receivepack', 'true'])
      await git(folder, ['config', 'uploadpack.allowFilter', 'true'])
      return `${url}/${name.replace(/\.git$/, '')}.git`
    },
    async commit(repository, files, message, options = {}) {
      const folder = folderOf(repository)
      const branch = options.branch ?? branches.get(folder) ?? 'main'
      return makeCommit(folder, files, message, branch, options)
    },
    async tag(repository, name, target, message) {
      const by = ['-c', 'user.name=Ada Lovelace', '-c', 'user.email=ada@example.com']
      const annotation = message === undefined ? [] : ['-a', '-m', message]
      await git(folderOf(repository), [...by, 'tag', '--force', ...annotation, name, target])
    },
    async deleteBranch(repository, name) {
      await git(folderOf(repository), ['update-ref', '-d', `refs/heads/${name}`])
    },
    async deleteRepository(name) {
      rmSync(folderOf(name), { recursive: true, force: true })
    },
    git: (repository, ...args) => git(folderOf(repository), args),
  }
}

function describe(request: IncomingMessage): SeenRequest {
  const { authorization } = request.headers
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    connection: request.socket.remotePort ?? 0,
    ...defined({ authorization }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  options: GitServerOptions,
): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://git')
  const found = /^\/(.+?)(?:\.git)?\/(info\/refs|HEAD|git-upload-pack|git-receive-pack|objects\/.*)$/.exec(pathname)
  if (found === null) {
    response.writeHead(404).end('Not Found')
    return
  }
  const repository = decodeURIComponent(found[1] ?? '')
  const login = loginOf(request)
  if (!admits(options.auth, login, repository)) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Authentication required')
    return
  }
  await answerWithGit(request, response, {
    root,
    path: `/${repository}.git/${found[2]}`,
    query: search.slice(1),
    user: login?.username ?? 'anyone',
    protocol2: options.protocol2 ?? true,
  })
}

function loginOf(request: IncomingMessage): GitLogin | undefined {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return undefined
  const [username = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { username, password: password.join(':') }
}

function admits(auth: GitServerOptions['auth'], login: GitLogin | undefined, repository: string): boolean {
  if (auth === undefined) return true
  if (login === undefined) return false
  if (typeof auth === 'function') return auth(login, repository)
  return auth.username === login.username && auth.password === login.password
}
