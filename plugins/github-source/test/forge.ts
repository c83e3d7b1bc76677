/** A git server with the part of GitHub's, Gitea's and GitLab's REST APIs that tells pull requests. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'

export interface ForgePull {
  readonly number: number
  state: 'open' | 'closed'
  merged: boolean
  commit: string
  readonly branch: string
  readonly target: string
  files: readonly string[]
  /** The repository that it comes from, when that is not this one; null when it is gone. */
  from?: string | null
}

export interface TestForge {
  readonly server: TestGitServer
  readonly pulls: ForgePull[]
  /** Answered instead, when set. */
  failure: { status: number; headers?: Record<string, string> } | undefined
  /** `GET /api/v3/repos/acme/site/pulls -> 304` */
  readonly asked: string[]
}

export const forgeToken = 'ghp_0123456789secret'

export async function startForge(): Promise<TestForge> {
  const forge: { -readonly [K in keyof TestForge]: TestForge[K] } = {
    server: undefined as never,
    pulls: [],
    failure: undefined,
    asked: [],
  }
  forge.server = await startGitServer({
    auth: { username: 'x-access-token', password: forgeToken },
    intercept: (request, response) => answer(forge, request, response),
  })
  return forge
}

function answer(forge: TestForge, request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? '', 'http://forge')
  if (!url.pathname.startsWith('/api/')) return false
  const { status, body, headers = {} } = reply(forge, request, url)
  forge.asked.push(`${request.method} ${url.pathname} -> ${status}`)
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(status === 304 ? undefined : JSON.stringify(body))
  return true
}

interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

function reply(forge: TestForge, request: IncomingMessage, url: URL): Reply {
  if (forge.failure !== undefined) return { ...forge.failure, body: { message: 'no' } }
  if (request.headers.authorization !== `Bearer ${forgeToken}`) return { status: 401, body: { message: 'who?' } }
  const gitlab = url.pathname.startsWith('/api/v4/')
  const list = gitlab
    ? '/api/v4/projects/acme%2Fsite/merge_requests'
    : /^\/api\/v[13]\/repos\/acme\/site\/pulls/.exec(url.pathname)?.[0]
  if (list === undefined || !url.pathname.startsWith(list)) return { status: 404, body: { message: 'Not Found' } }
  const [, number, files] = url.pathname.slice(list.length).split('/')
  if (number === undefined) return page(forge, request, url, gitlab)
  const pull = forge.pulls.find((one) => String(one.number) === number)
  if (pull === undefined) return { status: 404, body: { message: 'Not Found' } }
  if (files === undefined) return { status: 200, body: gitlab ? asGitlab(pull) : asGithub(pull) }
  return {
    status: 200,
    body: pull.files.map((path) => (gitlab ? { old_path: path, new_path: path } : { filename: path })),
  }
}

function page(forge: TestForge, request: IncomingMessage, url: URL, gitlab: boolean): Reply {
  const [number, size] = [Number(url.searchParams.get('page')), Number(url.searchParams.get('per_page'))]
  const open = forge.pulls.filter(({ state }) => state === 'open')
  const body = open.slice((number - 1) * size, number * size).map(gitlab ? asGitlab : asGithub)
  const etag = `"${JSON.stringify(body).length}-${open.map(({ commit }) => commit.slice(0, 6)).join('')}"`
  if (request.headers['if-none-match'] === etag) return { status: 304 }
  const more = open.length > number * size
  const next: Record<string, string> = gitlab
    ? { 'x-next-page': more ? String(number + 1) : '' }
    : more
      ? { link: `<${url}>; rel="next"` }
      : {}
  return { status: 200, body, headers: { etag, ...next } }
}

function asGithub({ number, state, merged, commit, branch, target, from = 'acme/site' }: ForgePull): unknown {
  return {
    number,
    state,
    merged,
    merge_commit_sha: merged ? commit : null,
    title: `Pull ${number}`,
    html_url: `https://forge.example/acme/site/pull/${number}`,
    user: { login: 'ada' },
    author_association: from === 'acme/site' ? 'MEMBER' : 'NONE',
    head: { ref: branch, sha: commit, repo: from === null ? null : { full_name: from } },
    base: { ref: target, sha: `${'0'.repeat(39)}1`, repo: { full_name: 'acme/site' } },
  }
}

function asGitlab({ number, state, merged, commit, branch, target, from = 'acme/site' }: ForgePull): unknown {
  return {
    iid: number,
    state: merged ? 'merged' : state === 'open' ? 'opened' : 'closed',
    sha: commit,
    merge_commit_sha: null,
    squash_commit_sha: merged ? commit : null,
    title: `Pull ${number}`,
    web_url: `https://forge.example/acme/site/pull/${number}`,
    author: { username: 'ada' },
    source_branch: branch,
    source_project_id: from === null ? null : from === 'acme/site' ? 1 : 2,
    target_project_id: 1,
    target_branch: target,
    diff_refs: { base_sha: `${'0'.repeat(39)}1` },
  }
}
