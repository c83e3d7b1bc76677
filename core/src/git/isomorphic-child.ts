/** The process that isomorphic.ts starts: answers one request and is ended by its parent. */
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import git, { type HttpClient, type WalkerEntry } from 'isomorphic-git'
import type { CommitInfo } from './commit.js'
import type { ChildAnswer, ChildRequest } from './isomorphic.js'

type Of<K extends ChildRequest['kind']> = Extract<ChildRequest, { kind: K }>

/** isomorphic-git's transport. Redirects are not followed: where the repository is was found out before. */
const transport: HttpClient = {
  request: ({ url, method = 'GET', headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const { request } = url.startsWith('https:') ? https : http
      const sent = request(url, { method, headers }, (response) => {
        resolve({
          url,
          method,
          statusCode: response.statusCode ?? 0,
          statusMessage: response.statusMessage ?? '',
          headers: response.headers as Record<string, string>,
          body: response[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>,
        })
      })
      sent.once('error', reject)
      void send(sent, body)
    }),
}

async function send(request: http.ClientRequest, body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  for await (const piece of body ?? []) request.write(piece)
  request.end()
}

/** Deeper and deeper, then everything: depth is all that there is to ask for, a commit's id is not. */
const depths = [1, 50, 500, 5_000, 2_147_483_647]

async function obtain(request: ChildRequest, wanted: readonly string[], history: boolean): Promise<void> {
  const at = { fs, gitdir: request.gitFolder }
  await git.init({ ...at, bare: true, defaultBranch: 'main' })
  await git.addRemote({ ...at, remote: 'origin', url: request.url })
  const headers = request.authorization === undefined ? {} : { authorization: request.authorization }
  for (const depth of history ? [undefined] : depths) {
    const more = depth === undefined ? { tags: true } : { depth }
    const from = { url: request.url, ref: request.branch, singleBranch: !history, headers }
    await git.fetch({ ...at, http: transport, ...from, ...more })
    if ((await Promise.all(wanted.map((oid) => has(at, oid)))).every(Boolean)) return
  }
  throw Object.assign(
    new Error(
      `${request.name} has no commit ${wanted.join(' or ')} on its branch ${request.branch} any more (was it force-pushed?): release a newer change`,
    ),
    { problem: 'no-commit' },
  )
}

function has(at: { fs: typeof fs; gitdir: string }, oid: string): Promise<boolean> {
  return git.readCommit({ ...at, oid }).then(
    () => true,
    () => false,
  )
}

async function fetchCommit(request: Of<'fetch'>): Promise<CommitInfo> {
  const { commit: oid, branch, folder, gitFolder, history } = request
  await obtain(request, [oid], history)
  const at = { fs, dir: folder, gitdir: gitFolder }
  if (history) {
    await git.setConfig({ ...at, path: 'core.bare', value: false })
    await git.writeRef({ ...at, ref: `refs/heads/${branch}`, value: oid, force: true })
  }
  await git.checkout({ ...at, ref: history ? branch : oid, force: true })
  const { commit } = await git.readCommit({ ...at, oid })
  const { author, committer } = commit
  const times = { authored: author.timestamp * 1000, committed: committer.timestamp * 1000 }
  return { id: oid, message: commit.message.trimEnd(), author: author.name, committer: committer.name, ...times }
}

async function changedFiles(request: Of<'changes'>): Promise<string[]> {
  const { from, to, gitFolder: gitdir } = request
  await obtain(request, [from, to], false)
  const trees = [git.TREE({ ref: from }), git.TREE({ ref: to })]
  const found: (string | undefined)[] = await git.walk({
    fs,
    gitdir,
    trees,
    async map(path, [before, after]) {
      const [a, b] = await Promise.all([identity(before), identity(after)])
      if (a === b) return null // equal, and so is all below
      const isFile = (entry?: string) => entry !== undefined && !entry.startsWith('tree')
      return isFile(a) || isFile(b) ? path : undefined
    },
  })
  return found.flat(Number.POSITIVE_INFINITY).filter((path) => path !== undefined)
}

async function identity(entry: WalkerEntry | null | undefined): Promise<string | undefined> {
  if (entry === null || entry === undefined) return undefined
  return `${await entry.type()} ${await entry.mode()} ${await entry.oid()}`
}

async function answer(request: ChildRequest): Promise<ChildAnswer> {
  try {
    if (request.kind === 'fetch') return { commit: await fetchCommit(request) }
    return { files: await changedFiles(request) }
  } catch (error) {
    const { message, problem } = error as Error & { problem?: 'no-commit' }
    if (problem !== undefined) return { problem, message }
    return {
      problem: 'unreachable',
      message: `fetching from ${request.name} (branch ${request.branch}) failed: ${message}`,
    }
  }
}

process.once('message', (request: ChildRequest) => {
  void answer(request).then((found) => process.send?.(found))
})
