import { Router } from '@koa/router'
import Koa from 'koa'
import compress from 'koa-compress'
import { assetRoutes } from './http/assets.js'
import { forms } from './http/body.js'
import { csrf } from './http/csrf.js'
import { errors } from './http/errors.js'
import { notices } from './http/notice.js'
import { basicAuth } from './http/program.js'
import { security } from './http/security.js'
import { sentByScript } from './http/sent-by-script.js'
import { requireSession, safeReturn, sessions } from './http/session.js'
import { readTheme, writeTheme } from './http/theme.js'
import { feedRoute } from './live/routes.js'
import { accessKeyRoutes } from './pages/access-keys/routes.js'
import { accountRoutes } from './pages/account/routes.js'
import { actionRoutes } from './pages/action/routes.js'
import { activityRoutes } from './pages/activity/routes.js'
import { artifactRoutes } from './pages/artifacts/routes.js'
import { auditRoutes } from './pages/audit/routes.js'
import { contributionRoutes } from './pages/contributions/routes.js'
import { editorRoutes } from './pages/editor/routes.js'
import { environmentRoutes } from './pages/environments/routes.js'
import { executionRoutes } from './pages/execution/routes.js'
import { feedRoutes, publicBadgeRoutes } from './pages/feeds/routes.js'
import { forkRoutes } from './pages/forks/routes.js'
import { historyRoutes } from './pages/history/routes.js'
import { inboxRoutes } from './pages/inbox/routes.js'
import { logRoutes } from './pages/log/routes.js'
import { pipelineRoutes } from './pages/pipeline/routes.js'
import { pipelineListRoutes } from './pages/pipelines/routes.js'
import { pluginRoutes } from './pages/plugins/routes.js'
import { secretRoutes } from './pages/secrets/routes.js'
import { signInRoutes } from './pages/sign-in/routes.js'
import { sourceRoutes } from './pages/sources/routes.js'
import { userRoutes } from './pages/users/routes.js'
import { workerRoutes } from './pages/workers/routes.js'
import type { Ctx, PageRouter, PageState, Site } from './site.js'

/** The whole page as a Koa application. It keeps no state of its own but caches: any number may run side by side. */
export function createApp(site: Site): Koa<PageState> {
  const app = new Koa<PageState>()
  app.on('error', (error: unknown) => {
    // A browser that leaves a stream is no failure.
    if (['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String((error as { code?: unknown }).code)))
      return
    site.log.error('the page failed', { error: String(error) })
  })
  app.use(compress({ filter: (type) => !type.includes('event-stream') && /text|json|javascript|xml|svg/.test(type) }))
  app.use(security(site))
  app.use(async (ctx, next) => {
    ctx.state.theme = readTheme(ctx)
    ctx.state.form = new URLSearchParams()
    await next()
  })
  app.use(sessions(site))
  app.use(sentByScript)
  app.use(notices)
  app.use(errors(site))
  for (const middleware of forms()) app.use(middleware)
  const routers = [open(site), readByPrograms(site), closed(site)]
  for (const router of routers) app.use(router.routes())
  return app
}

/** What strangers may see: the sign-in and the static files. */
function open(site: Site): PageRouter {
  const router: PageRouter = new Router<PageState>()
  assetRoutes(router)
  signInRoutes(router, site)
  publicBadgeRoutes(router, site)
  router.post('/theme', csrf(site), (ctx: Ctx) => {
    writeTheme(ctx, ctx.state.form.get('theme') ?? '')
    ctx.redirect(safeReturn(ctx.state.form.get('to') ?? '/'))
    ctx.status = 303
  })
  return router
}

/** What is read without a browser, with a session or an access key. */
function readByPrograms(site: Site): PageRouter {
  const router: PageRouter = new Router<PageState>()
  router.use(['/cctray.xml', '/feed.atom', '/pipelines/:name/feed.atom', '/pipelines/:name/badge.svg'], basicAuth(site))
  feedRoutes(router, site)
  return router
}

/** Everything else, behind the sign-in and the check that the request is ours. */
function closed(site: Site): PageRouter {
  const router: PageRouter = new Router<PageState>()
  router.use(requireSession as never, csrf(site) as never)
  const parts = [
    feedRoute,
    pipelineListRoutes,
    inboxRoutes,
    forkRoutes,
    activityRoutes,
    environmentRoutes,
    editorRoutes,
    pipelineRoutes,
    executionRoutes,
    historyRoutes,
    actionRoutes,
    artifactRoutes,
    logRoutes,
    pluginRoutes,
    contributionRoutes,
    accessKeyRoutes,
    userRoutes,
    accountRoutes,
    secretRoutes,
    auditRoutes,
    sourceRoutes,
    workerRoutes,
  ]
  for (const add of parts) add(router, site)
  // Here, so that an unknown address does not tell strangers which addresses there are.
  router.get('/{*any}', () => undefined)
  return router
}
