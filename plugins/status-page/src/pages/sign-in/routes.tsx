import { clientAddress, isFault } from '@penstock/core'
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
  const note = signInNotes(site)
  router.post('/sign-in', csrf(site), (ctx: Ctx) => signIn(ctx, site, note))
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
  const page = <SignInPage csrf={csrfToken(ctx)} to={to} problem={problem} userName={userName} />
  show(ctx, site, { title: 'Sign in' }, page)
}

/** Wrong passwords written down in a minute: whoever tries thousands must not fill the disk with them. */
const failuresAMinute = 20

type Note = (principal: string | undefined, userName: string, from: string) => Promise<void>

/** Writes down who came in, and whose password was tried. What is no user's name may be a password in the wrong field. */
function signInNotes({ server: { access, clock }, log }: Site): Note {
  let minute = 0
  let failures = 0
  return async (principal, userName, from) => {
    const now = Math.floor(clock.now() / 60_000)
    if (now !== minute) [minute, failures] = [now, 0]
    if (principal === undefined && ++failures > failuresAMinute) return
    const target = /^[\w+=,.@-]{1,64}$/.test(userName) ? userName : '(no user name)'
    const result = principal === undefined ? 'AccessDeniedException' : 'ok'
    // As with deeds: that it could not be written down must not keep people out.
    await access
      .audit({ principal: principal ?? 'anonymous', operation: 'SignIn', target, result, detail: `from ${from}` })
      .catch((error: unknown) => log.error('the audit log cannot be written', { error: String(error) }))
  }
}

async function signIn(ctx: Ctx, site: Site, note: Note): Promise<void> {
  const userName = field(ctx, 'user')
  const to = safeReturn(field(ctx, 'to'))
  // Passwords are taken as they are: a space at an end belongs to them. The file's own line end does not.
  const password = (ctx.state.form.get('password') ?? '').replace(/[\r\n]+$/, '')
  const from = clientAddress(ctx.req)
  const tried = await site.server.access.signIn(userName, password, from).catch(lockedOut)
  await note(typeof tried === 'object' ? tried.arn : undefined, userName, from)
  if (typeof tried !== 'object') {
    const wrong = 'The user name or the password is wrong. After several wrong ones the answer takes longer.'
    form(ctx, site, to, tried ?? wrong, userName)
    ctx.status = tried === undefined ? 401 : 429
    return
  }
  const principal = tried
  // A session from before, if any, is not carried over: whoever knew its token gains nothing by this sign-in.
  if (ctx.state.session) await site.server.access.closeSession(ctx.state.session)
  setSession(ctx, site, await site.server.access.openSession(principal, from))
  ctx.redirect(to)
  ctx.status = 303
}

/** What to say to who is locked out. */
function lockedOut(error: unknown): string {
  if (isFault(error) && error.code === 'LimitExceededException') return `${error.message}.`
  throw error
}
