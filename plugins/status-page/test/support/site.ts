import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from '../../src/app.js'
import type { StatusPageConfig } from '../../src/config.js'
import { SampleServer } from './sample-server.js'

/** What a browser without scripts does: keeps cookies, follows no redirect unasked, posts forms. */
export class Visitor {
  private readonly cookies = new Map<string, string>()

  constructor(readonly base: string) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { headers })
  }

  async post(
    path: string,
    fields: Record<string, string> | [string, string][],
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams(fields)
    return this.send(path, { method: 'POST', body, headers: { origin: this.base, ...headers } })
  }

  /** Posts with the token of the form on `page`. */
  async submit(page: string, path: string, fields: Record<string, string> = {}): Promise<Answer> {
    const { text } = await this.get(page)
    return this.post(path, { _csrf: csrfOf(text), ...fields })
  }

  async signIn(): Promise<this> {
    const answer = await this.submit('/sign-in', '/sign-in', { user: 'admin', password: 'right' })
    if (answer.status !== 303) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`)
    return this
  }

  /** The raw answer, for streams. */
  async open(path: string, signal: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.base + path, { signal, redirect: 'manual', headers: { ...headers, cookie: this.cookieHeader() } })
  }

  private async send(path: string, init: RequestInit): Promise<Answer> {
    const headers = { accept: 'text/html', ...(init.headers as Record<string, string>), cookie: this.cookieHeader() }
    const response = await fetch(this.base + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location') ?? '',
      text: await response.text(),
    }
  }

  private cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly location: string
  readonly text: string
}

export function csrfOf(html: string): string {
  const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1]
  if (!token) throw new Error('the page has no form token')
  return token
}

/** The page on a port of its own, in front of a sample server. */
export async function startSite(sample = new SampleServer(), config: StatusPageConfig = {}) {
  const problems: string[] = []
  const log = { debug() {}, info() {}, warn: keep, error: keep }
  function keep(message: string, details?: object) {
    problems.push(`${message} ${JSON.stringify(details)}`)
  }
  const app = createApp({ server: sample.services, log, config })
  const server: Server = createServer(app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    base,
    sample,
    problems,
    visitor: () => new Visitor(base),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** For a describe: the page, and a visitor who has signed in; the sample server has been asked nothing when a test begins. */
export function signedInSite(): { readonly site: Site; readonly visitor: Visitor } {
  let site: Site
  let visitor: Visitor
  beforeAll(async () => {
    site = await startSite()
    visitor = await site.visitor().signIn()
  })
  afterAll(() => site.stop())
  beforeEach(() => {
    site.sample.calls.length = 0
    site.sample.audits.length = 0
  })
  return {
    get site() {
      return site
    },
    get visitor() {
      return visitor
    },
  }
}

type Site = Awaited<ReturnType<typeof startSite>>
