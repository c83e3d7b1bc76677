import { type FailureType, type HttpClient, type HttpRequest, type HttpResponse, JobFailed } from '@penstock/core'

export interface Account {
  readonly baseUrl: string
  readonly keyId: string
  readonly keySecret: string
}

/** What BlazeMeter answered instead of a result. */
export class BlazeMeterError extends JobFailed {
  constructor(
    message: string,
    type: FailureType,
    readonly status: number,
  ) {
    super(message, type)
  }
}

/** API version 4: the envelope `{ result, error }`, Basic authentication, errors that may come with status 200. */
export class BlazeMeterApi {
  private readonly headers: Readonly<Record<string, string>>

  constructor(
    private readonly http: HttpClient,
    private readonly account: Account,
  ) {
    this.headers = {
      authorization: `Basic ${Buffer.from(`${account.keyId}:${account.keySecret}`).toString('base64')}`,
      'content-type': 'application/json',
    }
  }

  get baseUrl(): string {
    return this.account.baseUrl
  }

  /** A GET, which the HTTP client repeats when it is safe to. Errors: BlazeMeterError. */
  get(path: string): Promise<unknown> {
    return this.call('GET', path)
  }

  /** Never repeated: a second start is a second, paid, load test. Errors: BlazeMeterError. */
  post(path: string, body: unknown = ''): Promise<unknown> {
    return this.call('POST', path, body)
  }

  patch(path: string, body: unknown): Promise<unknown> {
    return this.call('PATCH', path, body)
  }

  /** For what is not in the envelope, such as JUnit's XML. Errors: BlazeMeterError. */
  async text(path: string): Promise<string> {
    const response = await this.send('GET', path)
    if (!response.ok) throw errorOf(response, path)
    return response.text()
  }

  private async call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<unknown> {
    const response = await this.send(method, path, body)
    const envelope = parse(response.text())
    if (!response.ok || envelope === undefined || envelope.error) throw errorOf(response, path)
    return envelope.result
  }

  private send(method: NonNullable<HttpRequest['method']>, path: string, body?: unknown): Promise<HttpResponse> {
    const retries = method === 'GET' ? {} : { retries: 0 }
    const content = body === undefined ? {} : { body }
    return this.http.request(`${this.account.baseUrl}/api/v4${path}`, {
      method,
      headers: this.headers,
      ...content,
      ...retries,
    })
  }

  /**
   * Cancels a run without the job's HTTP client, which is aborted together with the job; waits ten seconds at most.
   * Answers whether BlazeMeter took it.
   */
  async cancel(masterId: string, how: 'stop' | 'terminate'): Promise<boolean> {
    const url = `${this.account.baseUrl}/api/v4/masters/${masterId}/${how}`
    const signal = AbortSignal.timeout(10_000)
    const response = await fetch(url, { method: 'POST', headers: this.headers, signal }).catch(() => undefined)
    await response?.body?.cancel()
    return response?.ok ?? false
  }
}

function parse(text: string): { result?: unknown; error?: { code?: number; message?: string } | null } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function errorOf(response: HttpResponse, path: string): BlazeMeterError {
  const error = parse(response.text())?.error
  const status = response.ok ? (error?.code ?? response.status) : response.status
  const said = error?.message ?? `${response.text().slice(0, 200).trim() || 'nothing'}`
  return new BlazeMeterError(
    `BlazeMeter ${path}: HTTP ${response.status}: ${said}${hintFor(status)}`,
    typeFor(status),
    status,
  )
}

function hintFor(status: number): string {
  if (status === 401) return ' (check ApiKeyId and ApiKeySecret)'
  if (status === 402 || status === 403) return " (the account's plan or the key's permissions do not allow it)"
  return ''
}

function typeFor(status: number): FailureType {
  if (status === 401 || status === 402 || status === 403) return 'PermissionError'
  if (status === 404) return 'ConfigurationError'
  if (status === 429 || status >= 500) return 'SystemUnavailable'
  return 'JobFailed'
}
