import type { Middleware } from 'koa'
import helmet from 'koa-helmet'
import type { Site } from '../site.js'

/** What browsers may do with our pages: nothing inline, nothing from elsewhere, in nobody's frame, kept in no cache. */
export function security(site: Site): Middleware {
  const secure = site.server.identity.publicUrl.startsWith('https:')
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 15_552_000 } : false,
    // An own box is often reached by plain HTTP under a name: browsers ignore these there and warn in the console.
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
    referrerPolicy: { policy: 'same-origin' },
  })
  return async (ctx, next) => {
    ctx.set('cache-control', 'no-store')
    await headers(ctx, next)
  }
}
