import type { Ctx, PageRouter, Site } from '../site.js'
import { liveFeed } from './feed.js'
import { hubOf } from './hub.js'
import type { OpenLivePage } from './live-page.js'

/** The stream of all pages that a browser has open. */
export function feedRoute(router: PageRouter, site: Site): void {
  router.get('/live', (ctx: Ctx) => liveFeed(ctx, site))
}

/** Keeps the pages current that listen at addresses of this pattern. They are no addresses of the server's own. */
export function liveRoute(site: Site, pattern: string, open: OpenLivePage): void {
  hubOf(site).add(pattern, open)
}
