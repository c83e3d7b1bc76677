import type { PipelineOverview, Principal } from '@penstock/core'
import { may } from '../../http/permissions.js'
import type { Site } from '../../site.js'

/** One line of the list. */
export interface PipelineLine extends PipelineOverview {
  readonly mayStart: boolean
}

/** Which part of the list is looked at. */
export interface Looked {
  /** Only pipelines whose names hold this, whatever the case. */
  readonly holds: string | undefined
  /** The last name of the page before. */
  readonly after: string | undefined
}

export interface PipelineList extends Looked {
  readonly lines: readonly PipelineLine[]
  /** The name after which the next page begins; absent at the end. */
  readonly next: string | undefined
}

/** Pipelines on one page of the list. */
const pageSize = 50

/** The pipelines whose state the reader may see, each with its newest execution. */
export async function loadPipelines(site: Site, by: Principal, looked: Looked): Promise<PipelineList> {
  const names = await visibleNames(site, by, looked)
  const shown = names.slice(0, pageSize)
  const lines = await loadLines(site, by, shown)
  return { ...looked, lines, next: names.length > pageSize ? shown.at(-1) : undefined }
}

/** The lines of pipelines that the reader may see. */
export async function loadLines(site: Site, by: Principal, names: readonly string[]): Promise<PipelineLine[]> {
  if (names.length === 0) return []
  const found = await site.server.overview.pipelines(names)
  return found.map(({ latest, ...line }) => ({
    ...line,
    ...(latest && may(site, by, 'ListPipelineExecutions', line.name) && { latest }),
    mayStart: may(site, by, 'StartPipelineExecution', line.name),
  }))
}

/** One name more than a page has, to know whether there is a next one. */
async function visibleNames(site: Site, by: Principal, { holds, after }: Looked): Promise<string[]> {
  const found: string[] = []
  let from = after
  while (found.length <= pageSize) {
    const names = await site.server.overview.names({ holds, after: from, limit: pageSize + 1 })
    found.push(...names.filter((name) => may(site, by, 'GetPipelineState', name)))
    from = names.at(-1)
    if (names.length <= pageSize) break
  }
  return found.slice(0, pageSize + 1)
}
