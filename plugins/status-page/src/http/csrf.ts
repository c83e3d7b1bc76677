import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context, Next } from 'koa'
import type { Ctx, Site } from '../site.js'

const strangerCookie = 'penstock_form'

/**
 * The token that a form of this session carries. It is drawn from the session's own secret, which scripts and other
 * sites cannot read, so nothing has to be kept on the server and a restart breaks no open form.
 */
export function csrfToken(ctx: Ctx): string {
  return tokenFor(ctx.state.session ?? strangerSecret(ctx))
}

function tokenFor(secret: string): string {
  return createHmac('sha256', secret).update('penstock form').digest('base64url')
}

/** The sign-in form has no session yet: a random cookie stands in for it. */
function strangerSecret(ctx: Ctx): string {
  const present = ctx.state.stranger ?? ctx.cookies.get(strangerCookie)
  if (present && present.length >= 20) return present
  const secret = randomBytes(24).toString('base64url')
  ctx.state.stranger = secret
  ctx.cookies.set(strangerCookie, secret, { httpOnly: true, sameSite: 'strict', overwrite: true })
  return secret
}

/** Refuses every request that changes something and was not sent by one of our own forms. */
export function csrf(site: Site) {
  return async (ctx: Ctx, next: Next): Promise<void> => {
    if (ctx.method === 'GET' || ctx.method === 'HEAD') return next()
    if (!sameOrigin(ctx, site)) ctx.throw(403, 'This request came from another site, so nothing was changed.')
    const secret = ctx.state.session ?? ctx.cookies.get(strangerCookie)
    const sent = ctx.get('x-csrf-token') || ctx.state.form.get('_csrf') || ''
    if (!secret || !equal(sent, tokenFor(secret))) {
      const why = ctx.state.principal ? 'The form is out of date' : 'Your session has ended'
      ctx.throw(403, `${why}, so nothing was changed. Open the page again and repeat what you did.`)
    }
    await next()
  }
}

/** Browsers say where a POST comes from; a request that says nothing (no browser) has to have the token all the same. */
function sameOrigin(ctx: Context, site: Site): boolean {
  const from = ctx.get('sec-fetch-site')
  if (from && from !== 'same-origin' && from !== 'none') return false
  const origin = ctx.get('origin')
  if (!origin) return true
  // A proxy in front may have changed the Host header: the configured address counts too.
  return [ctx.host, hostOf(site.server.identity.publicUrl)].includes(hostOf(origin) ?? 'no host')
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
