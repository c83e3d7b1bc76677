import type { Context, Middleware } from 'koa'
import type { Notice, PageState } from '../site.js'

const cookie = 'penstock_notice'
const longest = 900

/** Leaves one sentence for the next page. */
export function leaveNotice(ctx: Context & { state: PageState }, notice: Notice): void {
  const text = notice.text.length > longest ? `${notice.text.slice(0, longest)}…` : notice.text
  ctx.state.left = { kind: notice.kind, text }
  const value = Buffer.from(JSON.stringify({ kind: notice.kind, text })).toString('base64url')
  ctx.cookies.set(cookie, value, { httpOnly: true, sameSite: 'strict', overwrite: true })
}

/** Picks up what the page before left, once, and only where a whole page can show it. */
export const notices: Middleware<PageState> = async (ctx, next) => {
  const value = ctx.cookies.get(cookie)
  const isPage = ctx.method === 'GET' && ctx.accepts('html') !== false && !ctx.get('accept').includes('event-stream')
  if (value && isPage && !ctx.get('x-requested-with')) {
    const notice = readNotice(value)
    if (notice) ctx.state.notice = notice
  }
  await next()
  if (ctx.state.notice && ctx.type === 'text/html') ctx.cookies.set(cookie, null, { httpOnly: true, overwrite: true })
}

function readNotice(value: string): Notice | undefined {
  try {
    const { kind, text } = JSON.parse(Buffer.from(value, 'base64url').toString()) as Record<string, unknown>
    if (typeof text !== 'string') return undefined
    return { kind: kind === 'bad' ? 'bad' : 'good', text }
  } catch {
    return undefined
  }
}
