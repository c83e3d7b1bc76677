/** The process that isomorphic.ts starts: answers one request and is ended by its parent. */
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import git, { type HttpClient, type WalkerEntry } from 'isomorphic-git'
import type { ChildAnswer, ChildRequest } from './isomorphic.js'
import { IsomorphicCheckout, NeedsGit } from './isomorphic-checkout.js'
import { needsGit } from './without-git.js'

type Of<K extends ChildRequest['kind']> = Extract<ChildRequest, { kind: K }>

/** Whole packs are held in memory: what is too much is refused before it fills it. */
class TooLarge extends Error {
  readonly problem = 'unsupported'
}

async function* limited(body: AsyncIterable<Uint8Array>, { name, maxBytes }: ChildRequest) {
  let size = 0
  for await (const piece of body) {
    size += piece.length
    if (size > maxBytes) {
      const limit = `${Math.round(maxBytes / 1024 ** 2)} MB`
      throw new TooLarge(
        `${name} sends more than ${limit}, which is the limit without the git program: apt-get install git, or raise isomorphicMaxMegabytes (it takes some five times as much memory)`,
      )
    }
    yield piece
  }
}

/** isomorphic-git's transport. Redirects are not followed: where the repository is was found out before. */
const transport = (asked: ChildRequest): HttpClient => ({
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
          body: limited(response, asked),
        })
      })
      sent.once('error', reject)
      void send(sent, body)
    }),
})

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
    // By its full name: a tag may be called like the branch.
    const from = { url: request.url, ref: `refs/heads/${request.branch}`, singleBranch: !history, headers }
    await git.fetch({ ...at, http: transport(request), ...from, ...more })
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

async function fetchCommit(request: Of<'fetch'>): Promise<ChildAnswer> {
  const { commit: oid, branch, folder, gitFolder: gitdir, history } = request
  await obtain(request, [oid], history)
  const checkout = new IsomorphicCheckout(gitdir, folder, history ? 'converted' : 'all')
  if (history) await keepHistory(folder, gitdir, branch, oid)
  await checkout.write(oid)
  for (const { path: filepath, oid } of checkout.converted)
    await git.updateIndex({ fs, dir: folder, gitdir, filepath, oid, add: true })
  const { object } = await git.readObject({ fs, gitdir, oid, format: 'content' })
  return { commit: Buffer.from(object as Uint8Array).toString('base64'), unfetched: checkout.unfetched }
}

/** A repository with its branch, its index and a clean working tree. */
async function keepHistory(dir: string, gitdir: string, branch: string, oid: string): Promise<void> {
  const at = { fs, dir, gitdir }
  await git.setConfig({ ...at, path: 'core.bare', value: false })
  const ref = `refs/heads/${branch}`
  await git.writeRef({ ...at, ref, value: oid, force: true })
  await git.checkout({ ...at, ref, force: true })
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
    if (request.kind === 'fetch') return await fetchCommit(request)
    return { files: await changedFiles(request) }
  } catch (error) {
    const { message, problem, code } = error as Error & { problem?: 'no-commit' | 'unsupported'; code?: string }
    const what =
      code === 'SmartHttpError' ? 'is on a plain web server' : error instanceof NeedsGit ? message : undefined
    if (what !== undefined) return { problem: 'unsupported', message: needsGit(request.name, what).message }
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
