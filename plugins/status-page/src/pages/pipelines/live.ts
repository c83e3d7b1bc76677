import type { PrincipalOperations } from '@penstock/core'
import type { LivePage } from '../../live/live-page.js'
import type { Site } from '../../site.js'
import { type Looked, loadPipelines } from './model.js'
import { pipelineListSections } from './page.js'

/** Keeps a page of the list current. What is sorted by need moves as needs do; then the page is drawn anew. */
export function liveList(site: Site, operations: PrincipalOperations, looked: Looked, csrf: string): LivePage {
  return {
    wants: () => true,
    render: async () =>
      pipelineListSections({ list: await loadPipelines(site, operations, looked), csrf }, site.server.clock.now()),
  }
}
