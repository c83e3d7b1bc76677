import type { LivePage } from '../../live/live-page.js'
import type { LogCache } from '../../log/log-cache.js'
import type { Site } from '../../site.js'

/** Says how many lines there are, whenever there are more, and when it has ended. */
export function logEvents(site: Site, cache: LogCache, id: string): LivePage {
  return {
    wants: () => false,
    render: async () => [],
    watch: (wake) => site.server.logs.follow(id, wake),
    async data() {
      const index = await cache.get(id)
      return { lines: index?.lines ?? 0, complete: index?.complete ?? false }
    },
  }
}
