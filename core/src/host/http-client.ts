/** The HTTP client of jobs and polls, as a plugin sees it; `worker/http-client.ts` is what sends. */

/**
 * A small HTTP client: JSON in and out, retries for what is safe to retry, a time limit, aborted with the job.
 * @example
 * const http: HttpClient = ctx.http
 * const answer = await http.request('https://ci.example.com/api/builds/7')
 */
export interface HttpClient {
  request(url: string, options?: HttpRequest): Promise<HttpResponse>
}

/**
 * A request, but for its URL.
 * @example
 * const request: HttpRequest = { method: 'POST', body: { ref: 'main' }, timeout: 10_000 }
 */
export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** A string or bytes as they are; anything else as JSON. */
  readonly body?: unknown
  /** Milliseconds for one try. 30,000 when absent. */
  readonly timeout?: number
  /** How often a failed try (network, 429, 5xx) is repeated. 3 for GET and HEAD, 0 for the rest. */
  readonly retries?: number
}

/**
 * An answer, read whole.
 * @example
 * const answer: HttpResponse = await ctx.http.request('https://ci.example.com/api/builds/7')
 * if (!answer.ok) throw new JobFailed(`HTTP ${answer.status}`)
 */
export interface HttpResponse {
  readonly status: number
  readonly ok: boolean
  readonly headers: Readonly<Record<string, string>>
  text(): string
  /** Errors: a JobFailed that quotes the start of what is not JSON. */
  json(): unknown
}
