import { liveRoute } from '../../live/routes.js'
import { Live, section } from '../../live/section.js'
import { type Ctx, operationsOf, type PageRouter, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { WorkersPage } from './page.js'

/** Workers come and go without a word to the page. */
const every = 3_000

/** Who works, on what, and what waits for whom. */
export function workerRoutes(router: PageRouter, site: Site): void {
  router.get('/workers', async (ctx: Ctx) => {
    const queue = await operationsOf(ctx, site).getQueue({})
    const page = (
      <Live from="/workers/events">
        <WorkersPage queue={queue} />
      </Live>
    )
    show(ctx, site, { title: 'Workers', section: 'workers' }, page)
  })
  liveRoute(site, '/workers/events', async ({ operations }) => {
    await operations.authorize('getQueue', {})
    const render = async () => [
      section('workers', site.server.clock.now(), <WorkersPage queue={await operations.getQueue({})} />),
    ]
    return { wants: () => true, every, render }
  })
}
