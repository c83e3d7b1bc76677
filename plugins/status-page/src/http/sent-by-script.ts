import type { Middleware } from 'koa'
import type { PageState } from '../site.js'

/** Holds the address of the page that a form stands on, when its script sends it. */
const header = 'x-penstock-form'

/** Whether a form's script asks, which reads an answer itself and keeps the page. */
export function isSentByScript(ctx: { get(name: string): string }): boolean {
  return ctx.get(header) !== ''
}

/**
 * Forms that a script sends are answered with what is to be said and where to go, as JSON, in the place of a redirect:
 * the page with what else was typed into it stays. A sentence for the same page is in the answer, and in no cookie.
 */
export const sentByScript: Middleware<PageState> = async (ctx, next) => {
  await next()
  if (!isSentByScript(ctx) || ctx.status !== 303) return
  const to = ctx.response.get('location')
  const notice = ctx.state.left
  ctx.remove('location')
  if (notice && (notice.kind === 'bad' || to === ctx.get(header))) ctx.remove('set-cookie')
  ctx.status = 200
  ctx.type = 'json'
  ctx.body = JSON.stringify({ to, ...(notice && { notice }) })
}
