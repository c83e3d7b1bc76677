import type { PastExecution } from '@penstock/core'
import type { Entry } from '../pipelines/model.js'
import { attributes } from './xml.js'

/** What the newest that ended came to, in cctray's words. */
const outcomes: Readonly<Record<string, string>> = { Succeeded: 'Success', Failed: 'Failure', Stopped: 'Exception' }

/** A pipeline with its newest executions, newest first. */
export interface Project extends Pick<Entry, 'name' | 'state'> {
  readonly recent: readonly PastExecution[]
}

/** The projects' states in the XML that CCTray began and CCMenu, Nevergreen and others read. */
export function cctray(projects: readonly Project[], publicUrl: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Projects>\n${projects.map((one) => project(one, publicUrl)).join('')}</Projects>\n`
}

function project({ name, recent }: Project, publicUrl: string): string {
  const ended = recent.find(({ status }) => status in outcomes)
  const busy = recent.some(({ status }) => status === 'InProgress' || status === 'Stopping')
  return `  <Project${attributes({
    name,
    activity: busy ? 'Building' : 'Sleeping',
    lastBuildStatus: outcomes[ended?.status ?? ''] ?? 'Unknown',
    lastBuildLabel: ended?.pipelineExecutionId,
    lastBuildTime: ended && new Date(ended.updated).toISOString(),
    webUrl: `${publicUrl}/pipelines/${encodeURIComponent(name)}`,
  })}/>\n`
}
