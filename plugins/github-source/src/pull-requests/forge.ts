/** One question to a git server's REST API, with its refusals in words for the source's owner. */
import { defined, type HttpResponse, type PollContext } from '@penstock/core'
import { GitError } from '@penstock/core/git'

/** One repository, as its server's API knows it. */
export interface Forge {
  /** `https://api.github.com`, `https://gitlab.example.com/api/v4`. */
  readonly api: string
  /** `acme/site`. */
  readonly repository: string
  readonly token?: string
}

/** GitHub's and GitLab's largest page. */
export const pageSize = 100
/** Pages of open pull requests that one poll reads. */
export const pageLimit = 3

/** Answers with 200, 304 (when an `etag` is given) and 404. Errors: GitError for everything else. */
export async function ask(forge: Forge, path: string, ctx: PollContext, etag?: string): Promise<HttpResponse> {
  const url = `${forge.api}${path}`
  const headers = {
    'user-agent': 'penstock',
    accept: 'application/json',
    ...(forge.token === undefined ? {} : { authorization: `Bearer ${forge.token}` }),
    ...defined({ 'if-none-match': etag }),
  }
  const answer = await ctx.http.request(url, { headers, timeout: 15_000, retries: 1 })
  if (answer.ok || answer.status === 404 || (answer.status === 304 && etag !== undefined)) return answer
  throw refusal(forge, answer)
}

function refusal({ api, repository, token }: Forge, { status, headers, text }: HttpResponse): GitError {
  const what = `the pull requests of ${repository} at ${api}`
  if (status === 429 || (status === 403 && headers['x-ratelimit-remaining'] === '0'))
    return new GitError(
      'rate-limited',
      `${what} were asked for too often (${status}): poll less often, or use a webhook`,
    )
  if (status === 401 || status === 403) {
    const remedy = token === undefined ? 'a token is needed' : 'the token must be valid, and may read pull requests'
    return new GitError('unauthorised', `${what} may not be read (${status}): ${remedy}`)
  }
  const said = text().slice(0, 200).replace(/\s+/g, ' ').trim()
  return new GitError(status >= 500 ? 'server' : 'protocol', `${what} cannot be read: status ${status} ${said}`.trim())
}

/** A list, or what says that the repository is not there. Errors: GitError. */
export function listOf(forge: Forge, answer: HttpResponse): readonly Json[] {
  if (answer.status === 404) {
    const remedy = forge.token === undefined ? 'a private one needs a token' : 'may the token read it?'
    throw new GitError('gone', `${forge.api} knows no repository ${forge.repository}: check its name; ${remedy}`)
  }
  const json = answer.json()
  if (!Array.isArray(json)) throw new GitError('protocol', `${forge.api} answered with something other than a list`)
  return json.map(record)
}

export type Json = Readonly<Record<string, unknown>>

/** An object's members; none for what is no object. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/** A text that says something, or `undefined`. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
