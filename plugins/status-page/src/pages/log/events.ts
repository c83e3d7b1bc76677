import { PassThrough } from 'node:stream'
import type { LogCache } from '../../log/log-cache.js'
import type { Ctx, Site } from '../../site.js'

/** News of a log go out at most this often. */
const gather = 200
const heartbeat = 20_000

/** Says, as server-sent events, how many lines there are, whenever there are more; ends with the log. */
export async function logEvents(ctx: Ctx, site: Site, cache: LogCache, id: string): Promise<void> {
  const { logs, clock } = site.server
  const out = new PassThrough()
  ctx.type = 'text/event-stream'
  ctx.set('cache-control', 'no-store, no-transform')
  ctx.set('x-accel-buffering', 'no')
  ctx.body = out
  let waiting = false
  let cancelBeat: (() => void) | undefined
  const beat = () => {
    out.write(': still here\n\n')
    cancelBeat = clock.after(heartbeat, beat)
  }
  const tell = async () => {
    waiting = false
    if (out.destroyed || out.writableEnded) return
    // Whoever signed out meanwhile is told nothing more.
    if (!(await site.server.access.session(ctx.state.session ?? ''))) return void out.end()
    const index = await cache.get(id)
    const news = { lines: index?.lines ?? 0, complete: index?.complete ?? false }
    out.write(`data: ${JSON.stringify(news)}\n\n`)
    if (news.complete) out.end()
  }
  const wake = () => {
    if (waiting) return
    waiting = true
    clock.after(gather, () => tell().catch((error: unknown) => out.destroy(error as Error)))
  }
  const unfollow = logs.follow(id, wake)
  beat()
  wake()
  out.on('close', () => {
    unfollow()
    cancelBeat?.()
  })
  // The reader's connection is what ends most streams: that is no error.
  out.on('error', (error) => site.log.warn('a log could not be followed', { error: String(error) }))
}
