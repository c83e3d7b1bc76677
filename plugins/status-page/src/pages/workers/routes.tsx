import type { Principal } from '@penstock/core'
import { demand, may } from '../../http/permissions.js'
import { Live, section } from '../../live/section.js'
import { liveStream } from '../../live/stream.js'
import { type Ctx, type PageRouter, principalOf, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { WorkersPage } from './page.js'

/** Workers come and go without a word to the page. */
const every = 3_000

/** Who works, on what, and what waits for whom. Jobs of pipelines that the caller may not see are counted, not named. */
export function workerRoutes(router: PageRouter, site: Site): void {
  router.get('/workers', async (ctx: Ctx) => {
    const by = principalOf(ctx)
    demand(site, by, 'ListPipelines')
    const page = (
      <Live from="/workers/events">
        <WorkersPage {...(await look(site, by))} />
      </Live>
    )
    show(ctx, site, { title: 'Workers', section: 'workers' }, page)
  })
  router.get('/workers/events', (ctx: Ctx) => {
    const by = principalOf(ctx)
    demand(site, by, 'ListPipelines')
    liveStream(ctx, site, {
      wants: () => true,
      every,
      render: async () => [section('workers', site.server.clock.now(), <WorkersPage {...(await look(site, by))} />)],
    })
  })
}

async function look(site: Site, by: Principal) {
  const overview = await site.server.queue.overview()
  const visible = overview.inHand.filter(({ pipelineName }) => may(site, by, 'GetPipelineState', pipelineName))
  return { overview, visible }
}
