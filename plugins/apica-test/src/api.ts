import { type FailureType, type HttpClient, JobFailed } from '@penstock/core'

/** Everything may be missing: the service promises nothing. */
export interface JobStatus {
  readonly id?: number
  readonly message?: string
  readonly completed?: boolean
  readonly error?: boolean
  readonly exception?: string | null
}

export type Summary = Readonly<Record<string, unknown>>

/** Apica LoadTest's self-service API: the token goes in the query, errors are plain text. */
export class ApicaApi {
  constructor(
    private readonly http: HttpClient,
    private readonly baseUrl: string,
    private readonly token: string,
  ) {}

  /** A GET, which the HTTP client repeats when it is safe to. Errors: JobFailed with Apica's words. */
  get(path: string): Promise<unknown> {
    return this.call('GET', path)
  }

  /** Never repeated: it would start a second test. */
  post(path: string, body: unknown): Promise<unknown> {
    return this.call('POST', path, body)
  }

  private async call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const url = `${this.baseUrl}/${path}?token=${encodeURIComponent(this.token)}`
    const content = body === undefined ? {} : { body, retries: 0 }
    const response = await this.http.request(url, { method, headers: { accept: 'application/json' }, ...content })
    if (response.ok) return response.json()
    const said = response.text().trim().slice(0, 500) || 'no reason given'
    throw new JobFailed(`Apica ${method} ${path}: HTTP ${response.status}: ${said}`, typeFor(response.status))
  }
}

function typeFor(status: number): FailureType {
  if (status === 401 || status === 403) return 'PermissionError'
  if (status === 400 || status === 404) return 'ConfigurationError'
  return status === 429 || status >= 500 ? 'SystemUnavailable' : 'JobFailed'
}
