import { readFile } from 'node:fs/promises'
import { defined, type Notification, type Notifier, type PluginApi } from '@penstock/core'
import type { CommitStatusConfig, GitConfig } from '../config.js'
import { placeOf, type StatusPlace } from './place.js'
import { postStatus } from './post.js'

const kinds: readonly Notification['kind'][] = [
  'executionStarted',
  'executionSucceeded',
  'executionFailed',
  'executionStopped',
]

/** A source action whose commits are told. */
interface Watched {
  readonly place: StatusPlace
  /** Its output artifact, by which an execution names the revision. */
  readonly artifact: string
}

/**
 * Shows at commits how the pipelines that run them go. What is sent is what the execution is at that moment, not what it was when
 * the news was made: so a late attempt never puts an old state over a new one.
 */
export function commitStatus(api: PluginApi<GitConfig>, { context, pipelines }: CommitStatusConfig): Notifier {
  const { config } = api
  const operations = () => api.server.operations.for(api.principal)
  const watched = async (pipelineName: string): Promise<ReadonlyMap<string, Watched>> => {
    const { pipeline } = await operations().getPipeline({ name: pipelineName })
    const actions = pipeline.stages[0]?.actions ?? []
    return new Map(
      actions.flatMap((action) => {
        const place = placeOf(config, action)
        const artifact = action.outputArtifacts?.[0]?.name
        return place && artifact !== undefined ? [[`${pipelineName}/${action.name}`, { place, artifact }]] : []
      }),
    )
  }
  return {
    name: 'commit-status',
    async receivers({ kind, target, pipelineName }) {
      if (target !== undefined || pipelineName === undefined || !kinds.includes(kind)) return []
      if (pipelines !== undefined && !pipelines.some((pattern) => fits(pattern, pipelineName))) return []
      return [...(await watched(pipelineName)).keys()]
    },
    async notify({ pipelineName = '', pipelineExecutionId = '', link }, { receiver } = nobody) {
      const one = (await watched(pipelineName)).get(receiver)
      if (!one) return // the pipeline has another source by now
      const { pipelineExecution } = await operations().getPipelineExecution({ pipelineName, pipelineExecutionId })
      const { status = '', artifactRevisions = [] } = pipelineExecution ?? {}
      const commit = artifactRevisions.find(({ name }) => name === one.artifact)?.revisionId
      if (commit === undefined) {
        if (status === 'InProgress') throw new Error('the commit that it runs is not known yet')
        return // it ended before there was one
      }
      const description = `${pipelineName}: ${told[status] ?? status.toLowerCase()}`
      const ca = config.caFile === undefined ? undefined : await readFile(config.caFile, 'utf8')
      await postStatus(
        one.place,
        commit,
        { status, context: `${context}/${pipelineName}`, description, ...defined({ link }) },
        ca,
      )
    },
  }
}

const nobody = { id: '', receiver: '', attempt: 1, possibleDuplicate: false, created: 0 }
const told: Readonly<Record<string, string>> = { InProgress: 'running' }

function fits(pattern: string, name: string): boolean {
  const escaped = pattern.split('*').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${escaped.join('.*')}$`).test(name)
}
