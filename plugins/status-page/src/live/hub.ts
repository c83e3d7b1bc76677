import { Fault, isFault, type Principal } from '@penstock/core'
import { statusOf } from '../http/errors.js'
import type { Site } from '../site.js'
import { Channel } from './channel.js'
import { csrfPlace, type LiveMessage, type OpenLivePage } from './live-page.js'

interface Route {
  readonly pattern: readonly string[]
  readonly open: OpenLivePage
}

/** All channels of a site: by what is looked at, and by what the reader may see of it. */
export class Hub {
  private readonly routes: Route[] = []
  private readonly channels = new Map<string, Promise<Channel>>()
  private readonly asked = new Map<string, Promise<boolean>>()

  constructor(private readonly site: Site) {}

  /** What answers addresses of this pattern: `/pipelines/:name/events`. */
  add(pattern: string, open: OpenLivePage): void {
    this.routes.push({ pattern: pattern.split('/'), open })
  }

  /** Listens to the page at an address; answers what ends it. What cannot be had is told as a status. */
  async listen(
    address: string,
    by: Principal,
    rev: string | undefined,
    listener: (message: LiveMessage) => void,
  ): Promise<{ readonly channel?: Channel; end(): void }> {
    try {
      const channel = await this.channel(address, by)
      return { channel, end: channel.listen(listener, rev) }
    } catch (error) {
      if (!isFault(error)) this.site.log.warn('a live page could not be opened', { error: String(error) })
      listener({ status: isFault(error) ? statusOf(error.code) : 500 })
      return { end: () => undefined }
    }
  }

  /** Whether a session still is; asked once for all who want to know at the same moment. */
  alive(session: string): Promise<boolean> {
    const found = this.asked.get(session)
    if (found !== undefined) return found
    const asking = this.site.server.access
      .session(session)
      .then((principal) => principal !== undefined)
      .finally(() => this.asked.delete(session))
    this.asked.set(session, asking)
    return asking
  }

  private channel(address: string, by: Principal): Promise<Channel> {
    const key = JSON.stringify([address, by])
    const found = this.channels.get(key)
    if (found !== undefined) return found
    const opening = this.open(address, by, () => this.channels.delete(key))
    this.channels.set(key, opening)
    opening.catch(() => this.channels.delete(key))
    return opening
  }

  private async open(address: string, by: Principal, onEmpty: () => void): Promise<Channel> {
    const { pathname, searchParams } = new URL(address, 'http://here')
    for (const { pattern, open } of this.routes) {
      const params = matched(pattern, pathname.split('/'))
      if (!params) continue
      const page = await open({
        by,
        operations: this.site.server.operations.for(by),
        params,
        query: searchParams,
        csrf: csrfPlace,
      })
      return new Channel(this.site, page, onEmpty)
    }
    throw new Fault('ResourceNotFoundException', `nothing is kept current at ${pathname}`)
  }
}

function matched(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? ''
    if (wanted.startsWith(':')) params[wanted.slice(1)] = decoded(part)
    else if (wanted !== part) return undefined
  }
  return params
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const hubs = new WeakMap<Site, Hub>()

/** The site's hub; made when first asked for. */
export function hubOf(site: Site): Hub {
  const found = hubs.get(site) ?? new Hub(site)
  hubs.set(site, found)
  return found
}
