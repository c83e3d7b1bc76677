import { PassThrough } from 'node:stream'
import { type Ctx, principalOf, type Site } from '../site.js'
import type { Channel } from './channel.js'
import { hubOf } from './hub.js'
import type { LiveMessage } from './live-page.js'

/** Proxies cut silent connections. */
const heartbeat = 20_000
/** A stream ends after this time, and the browser asks again: the session and its rights are then checked anew. */
const longest = 10 * 60_000
/** Pages that one browser may have open and kept current at once; those beyond are told when they are looked at. */
const mostChannels = 60

/**
 * Answers with a stream of server-sent events about all pages that a browser has open: `c` names them, `r` what of each
 * it already has. One connection serves all of its tabs, for browsers allow a server no more than six.
 */
export function liveFeed(ctx: Ctx, site: Site): void {
  const out = new PassThrough()
  ctx.type = 'text/event-stream'
  ctx.set('cache-control', 'no-store, no-transform')
  ctx.set('x-accel-buffering', 'no')
  ctx.respond = true
  ctx.body = out
  const query = new URLSearchParams(ctx.querystring)
  const revs = query.getAll('r')
  const wanted = query.getAll('c').map((address, index) => ({ address, rev: revs[index] || undefined }))
  new Feed(site, out, ctx.state.session ?? '').start(wanted.slice(0, mostChannels), ctx)
}

class Feed {
  private readonly ends: (() => void)[] = []
  /** Channels whose news did not fit into a slow reader's connection: they get the whole later. */
  private readonly behind = new Map<string, Channel>()
  private beatEnd: (() => void) | undefined
  private closed = false

  constructor(
    private readonly site: Site,
    private readonly out: PassThrough,
    private readonly session: string,
  ) {}

  start(wanted: readonly { readonly address: string; readonly rev: string | undefined }[], ctx: Ctx): void {
    const by = principalOf(ctx)
    this.out.on('close', () => this.close())
    this.out.on('error', () => this.close())
    this.ends.push(this.site.server.clock.after(longest, () => this.close()))
    this.out.write(': open\n\n')
    this.beat()
    for (const { address, rev } of wanted) void this.open(address, rev, by)
  }

  private async open(address: string, rev: string | undefined, by: ReturnType<typeof principalOf>): Promise<void> {
    let channel: Channel | undefined
    const listening = await hubOf(this.site).listen(address, by, rev, (message) => {
      void this.send(address, message, channel)
    })
    channel = listening.channel
    if (this.closed) listening.end()
    else this.ends.push(listening.end)
  }

  private async send(address: string, message: LiveMessage, channel: Channel | undefined): Promise<void> {
    if (this.closed) return
    // A reader that does not keep up gets the newest state later, instead of every state in between.
    if (channel && this.out.writableNeedDrain) {
      if (this.behind.size === 0) this.out.once('drain', () => this.catchUp())
      this.behind.set(address, channel)
      return
    }
    // Whoever signed out, here or on another machine, is told nothing more; the browser asks again, and is sent away.
    if (!(await hubOf(this.site).alive(this.session))) return this.close()
    if (this.closed || 'tick' in message) return
    this.out.write(`data: ${JSON.stringify({ c: address, ...message })}\n\n`)
  }

  private catchUp(): void {
    const late = [...this.behind]
    this.behind.clear()
    for (const [address, channel] of late) void this.send(address, channel.whole(), channel)
  }

  private beat(): void {
    this.beatEnd = this.site.server.clock.after(heartbeat, () => {
      if (this.closed) return
      this.out.write(': still here\n\n')
      this.beat()
    })
  }

  private close(): void {
    if (this.closed) return
    this.closed = true
    this.beatEnd?.()
    for (const end of this.ends) end()
    this.out.end()
  }
}
