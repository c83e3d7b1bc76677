import { join } from 'node:path'
import { csrf, csrfToken } from '../../http/csrf.js'
import { clearSession, safeReturn, setSession } from '../../http/session.js'
import { type Ctx, field, type PageRouter, query, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { SignInPage } from './page.js'

/** The way in and the way out. */
export function signInRoutes(router: PageRouter, site: Site): void {
  router.get('/sign-in', (ctx: Ctx) => {
    const to = safeReturn(query(ctx, 'to'))
    if (ctx.state.principal) return ctx.redirect(to)
    if (ctx.get('sec-fetch-site') === 'cross-site' && !query(ctx, 'again')) return comeAgain(ctx, to)
    form(ctx, site, to)
  })
  router.post('/sign-in', csrf(site), (ctx: Ctx) => signIn(ctx, site))
  router.post('/sign-out', csrf(site), async (ctx: Ctx) => {
    if (ctx.state.session) await site.server.access.closeSession(ctx.state.session)
    clearSession(ctx)
    ctx.redirect('/sign-in')
    ctx.status = 303
  })
}

/**
 * A link on another site (an approval's notification in a web mail) arrives without the strict session cookie, although
 * the reader is signed in. A page of our own that asks again gets it.
 */
function comeAgain(ctx: Ctx, to: string): void {
  const again = `/sign-in?again=1&to=${encodeURIComponent(to)}`
  ctx.type = 'html'
  ctx.body = `<!doctype html><html lang="en"><meta http-equiv="refresh" content="0;url=${again}"><title>Penstock</title><p><a href="${again}">Go on</a></p></html>`
}

function form(ctx: Ctx, site: Site, to: string, problem?: string, userName?: string): void {
  const passwordFile = join(site.server.identity.dataFolder, 'secrets', 'initialAdminPassword')
  const page = (
    <SignInPage csrf={csrfToken(ctx)} to={to} passwordFile={passwordFile} problem={problem} userName={userName} />
  )
  show(ctx, site, { title: 'Sign in' }, page)
}

async function signIn(ctx: Ctx, site: Site): Promise<void> {
  const userName = field(ctx, 'user')
  const to = safeReturn(field(ctx, 'to'))
  // Passwords are taken as they are: a space at an end belongs to them. The file's own line end does not.
  const password = (ctx.state.form.get('password') ?? '').replace(/[\r\n]+$/, '')
  const principal = await site.server.access.signIn(userName, password, ctx.ip)
  if (!principal) {
    form(
      ctx,
      site,
      to,
      'The user name or the password is wrong. After several wrong ones the answer takes longer.',
      userName,
    )
    ctx.status = 401
    return
  }
  // A session from before, if any, is not carried over: whoever knew its token gains nothing by this sign-in.
  if (ctx.state.session) await site.server.access.closeSession(ctx.state.session)
  setSession(ctx, site, await site.server.access.openSession(principal))
  ctx.redirect(to)
  ctx.status = 303
}
