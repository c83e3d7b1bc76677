import { type FailureType, type HttpClient, type HttpResponse, JobFailed, outboundFetch } from '@penstock/core'

export interface Server {
  /** With a slash at its end. */
  readonly url: string
  readonly userName?: string
  readonly apiToken?: string
}

/** Jenkins' remote API: Basic authentication, JSON at `.../api/json`, a crumb for POSTs where a password is used. */
export class JenkinsApi {
  private crumb: Readonly<Record<string, string>> = {}

  constructor(
    private readonly http: HttpClient,
    private readonly server: Server,
  ) {}

  /** The address of what is at `path` below Jenkins' own. What Jenkins says are addresses of its own may have another host name. */
  urlOf(path: string): string {
    return this.server.url + path
  }

  get headers(): Readonly<Record<string, string>> {
    const { userName, apiToken = '' } = this.server
    if (userName === undefined) return {}
    return { authorization: `Basic ${Buffer.from(`${userName}:${apiToken}`).toString('base64')}` }
  }

  /** A GET, which the HTTP client repeats when it is safe to. `undefined` for 404. Errors: JobFailed for all but success. */
  async get(path: string): Promise<HttpResponse | undefined> {
    const response = await this.http.request(this.urlOf(path), { headers: this.headers })
    if (response.status === 404) return undefined
    if (!response.ok) throw failureOf(response, `GET ${path}`)
    return response
  }

  async json<T>(path: string): Promise<T | undefined> {
    return (await this.get(path))?.json() as T | undefined
  }

  /** Never repeated, save once with a crumb when Jenkins refused it for want of one. Errors: JobFailed for all but success. */
  async post(path: string, form?: URLSearchParams): Promise<HttpResponse> {
    let response = await this.send(path, form)
    if (response.status === 403 && /crumb/i.test(response.text())) {
      await this.fetchCrumb()
      response = await this.send(path, form)
    }
    if (!response.ok) throw failureOf(response, `POST ${path}`)
    return response
  }

  private send(path: string, form: URLSearchParams | undefined): Promise<HttpResponse> {
    const content = { 'content-type': 'application/x-www-form-urlencoded' }
    const headers = { ...this.headers, ...this.crumb, ...(form === undefined ? {} : content) }
    const body = form === undefined ? {} : { body: form.toString() }
    return this.http.request(this.urlOf(path), { method: 'POST', headers, ...body, retries: 0 })
  }

  /** A crumb is good only together with the session that it was given in. */
  private async fetchCrumb(): Promise<void> {
    const response = await this.get('crumbIssuer/api/json')
    if (response === undefined) return
    const { crumbRequestField, crumb } = response.json() as { crumbRequestField: string; crumb: string }
    const session = /JSESSIONID[^=;,]*=[^;,]+/.exec(response.headers['set-cookie'] ?? '')?.[0]
    this.crumb = { [crumbRequestField]: crumb, ...(session === undefined ? {} : { cookie: session }) }
  }

  /** A POST without the job's HTTP client, which is aborted together with the job: for cancelling. Whether Jenkins took it. */
  async postDetached(path: string): Promise<boolean> {
    const headers = { ...this.headers, ...this.crumb }
    const signal = AbortSignal.timeout(10_000)
    const response = await outboundFetch(this.urlOf(path), {
      method: 'POST',
      headers,
      signal,
      redirect: 'manual',
    }).catch(() => undefined)
    await response?.body?.cancel()
    // Jenkins answers a stop with a redirection to the build's page.
    return response !== undefined && response.status < 400
  }
}

function failureOf(response: HttpResponse, what: string): JobFailed {
  const title = /<title>([^<]*)<\/title>/i.exec(response.text())?.[1] ?? response.text().slice(0, 200)
  const type: FailureType = response.status === 401 || response.status === 403 ? 'PermissionError' : 'SystemUnavailable'
  const hint =
    type === 'PermissionError' ? ' (check UserName, ApiToken and the permissions Job/Read and Job/Build)' : ''
  return new JobFailed(`Jenkins ${what}: HTTP ${response.status}: ${title.trim() || 'no reason given'}${hint}`, type)
}
