import { senderKnown } from '@penstock/core'
import type { Context, Middleware, Next } from 'koa'
import type { Ctx, PageState, Site } from '../site.js'

const cookie = 'penstock_session'

/** Finds out who is calling; leaves the state empty for strangers and for sessions that have ended. */
export function sessions(site: Site): Middleware<PageState> {
  return async (ctx, next) => {
    const token = ctx.cookies.get(cookie)
    const principal = token ? await site.server.access.session(token) : undefined
    if (token && principal) {
      ctx.state.session = token
      ctx.state.principal = principal
      senderKnown(ctx.req)
    }
    await next()
  }
}

/** Sends strangers to the sign-in page, and back to where they wanted to go afterwards. */
export async function requireSession(ctx: Ctx, next: Next): Promise<void> {
  if (ctx.state.principal) return next()
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') ctx.throw(401, 'Your session has ended. Sign in and try again.')
  // A stream or a piece of a page cannot show a form: the script that asked for it reloads the page instead.
  if (ctx.get('accept').includes('text/event-stream') || ctx.get('x-requested-with') === 'penstock') {
    ctx.throw(401, 'Your session has ended. Sign in and try again.')
  }
  ctx.redirect(`/sign-in?to=${encodeURIComponent(ctx.url)}`)
  ctx.status = 303
}

/** Hands the browser its session: out of reach of scripts and of other sites' requests. */
export function setSession(ctx: Context, site: Site, token: string): void {
  // By the configured address: TLS usually ends at a proxy in front, where Koa cannot see it.
  const secure = site.server.identity.publicUrl.startsWith('https:')
  if (secure) ctx.cookies.secure = true
  ctx.cookies.set(cookie, token, { httpOnly: true, sameSite: 'strict', secure, overwrite: true, path: '/' })
}

/** Takes the session's cookie back. */
export function clearSession(ctx: Context): void {
  ctx.cookies.set(cookie, null, { httpOnly: true, sameSite: 'strict', overwrite: true, path: '/' })
}

/** A path of this site to go to after sign-in; `/` for anything that could lead elsewhere. */
export function safeReturn(to: string | undefined): string {
  // Browsers drop tabs and line ends, so that `/<tab>/elsewhere` would be another site's address.
  if (!to || !/^\/(?!\/)[!-[\]-~]*$/.test(to)) return '/'
  return to.startsWith('/sign-in') ? '/' : to
}
