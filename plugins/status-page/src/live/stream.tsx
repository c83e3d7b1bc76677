import { PassThrough } from 'node:stream'
import type { LiveChange } from '@penstock/core'
import type { Ctx, Site } from '../site.js'

/** A part of a page that is replaced as a whole when it changed. */
export interface LiveSection {
  /** The id of the element that `html` is. */
  readonly id: string
  readonly html: string
}

export interface LivePage {
  /** Whether a change may show on this page. */
  wants(change: LiveChange): boolean
  /** All sections as they are now. When their ids differ from the last ones the page reloads itself. */
  render(): Promise<readonly LiveSection[]>
  /** Milliseconds after which the page is looked at anew, for what changes without a word about it. Never when absent. */
  readonly every?: number
}

/** Changes within this time go out together. */
const gather = 120
/** Proxies cut silent connections. */
const heartbeat = 20_000
/** A stream ends after this time, and the browser asks again: the session and its rights are then checked anew. */
const longest = 10 * 60_000

/** Answers with a stream of server-sent events: all sections at once, then those that changed, whenever they did. */
export function liveStream(ctx: Ctx, site: Site, page: LivePage): void {
  const out = new PassThrough()
  ctx.type = 'text/event-stream'
  ctx.set('cache-control', 'no-store, no-transform')
  ctx.set('x-accel-buffering', 'no')
  ctx.respond = true
  ctx.body = out
  new LiveFeed(site, page, out, ctx.state.session).start()
}

class LiveFeed {
  private readonly sent = new Map<string, string>()
  private readonly ends: (() => void)[] = []
  private pending = false
  private busy = false
  private closed = false

  constructor(
    private readonly site: Site,
    private readonly page: LivePage,
    private readonly out: PassThrough,
    private readonly session: string | undefined,
  ) {}

  start(): void {
    const { live, clock } = this.site.server
    this.ends.push(live.subscribe((change) => this.page.wants(change) && this.wake()))
    this.ends.push(clock.after(longest, () => this.close()))
    this.beat()
    this.look()
    this.out.on('close', () => this.close())
    this.out.on('error', () => this.close())
    this.wake(0)
  }

  private beat(): void {
    this.ends[2] = this.site.server.clock.after(heartbeat, () => {
      this.out.write(': still here\n\n')
      if (!this.closed) this.beat()
    })
  }

  private look(): void {
    const { every } = this.page
    if (every === undefined || this.closed) return
    this.ends[4] = this.site.server.clock.after(every, () => {
      this.wake(0)
      this.look()
    })
  }

  /** Sends soon, once for all that happens until then. */
  private wake(after = gather): void {
    if (this.pending || this.closed) return
    this.pending = true
    this.ends[3] = this.site.server.clock.after(after, () => {
      if (this.busy) {
        this.pending = false
        this.wake()
        return
      }
      this.pending = false
      void this.send()
    })
  }

  private async send(): Promise<void> {
    // A reader that does not keep up gets the newest state later, instead of every state in between.
    if (this.out.writableNeedDrain) {
      this.out.once('drain', () => this.wake())
      return
    }
    this.busy = true
    try {
      // Whoever signed out, here or on another machine, is told nothing more; the browser asks again, and is sent away.
      if (!(await this.alive())) return this.close()
      const sections = await this.page.render()
      if (!this.closed) this.patch(sections)
    } catch (error) {
      this.site.log.warn('a live page could not be made', { error: String(error) })
      this.close()
    } finally {
      this.busy = false
    }
  }

  private async alive(): Promise<boolean> {
    const { session, site } = this
    return session !== undefined && (await site.server.access.session(session)) !== undefined
  }

  private patch(sections: readonly LiveSection[]): void {
    const known = this.sent.size > 0
    const sameIds = sections.length === this.sent.size && sections.every(({ id }) => this.sent.has(id))
    if (known && !sameIds) {
      this.reload()
      return
    }
    const changed = sections.filter(({ id, html }) => this.sent.get(id) !== timeless(html))
    for (const { id, html } of sections) this.sent.set(id, timeless(html))
    if (changed.length === 0) return
    const text = changed
      .map(({ id, html }) => `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${html}</hx-partial>`)
      .join('\n')
    this.out.write(message(text))
  }

  private reload(): void {
    this.out.write('event: penstock:reload\ndata: changed\n\n')
    this.close()
  }

  private close(): void {
    if (this.closed) return
    this.closed = true
    for (const end of this.ends) end?.()
    this.out.end()
  }
}

/** Without the words for how long ago something was, which the browser keeps current itself. */
function timeless(html: string): string {
  return html.replace(/(<time [^>]*data-ago[^>]*>)[^<]*/g, '$1')
}

function message(text: string): string {
  return `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}`)
    .join('\n')}\n\n`
}
