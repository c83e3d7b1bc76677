import type { PrincipalOperations } from '@penstock/core'
import type { LivePage } from '../../live/stream.js'
import type { Site } from '../../site.js'
import { type Looked, loadLines, loadPipelines, type PipelineList } from './model.js'
import { pipelineListSections } from './page.js'

/** Keeps a page of the list current: of what changes only the lines that it concerns are read again. */
export function liveList(site: Site, operations: PrincipalOperations, looked: Looked, csrf: string): LivePage {
  const dirty = new Set<string>()
  let list: PipelineList | undefined
  return {
    wants: ({ pipelineName }) => {
      dirty.add(pipelineName)
      return true
    },
    async render() {
      const changed = [...dirty]
      dirty.clear()
      const known = list?.lines.map(({ name }) => name) ?? []
      const lines = list && changed.every((name) => known.includes(name)) ? await loadLines(operations, changed) : []
      // A pipeline that is not among them is new, or on another page, or gone: the whole is looked at again.
      if (!list || lines.length < changed.length) list = await loadPipelines(operations, looked)
      else list = { ...list, lines: list.lines.map((line) => lines.find(({ name }) => name === line.name) ?? line) }
      return pipelineListSections({ list, csrf }, site.server.clock.now())
    },
  }
}
