import type { Principal, Views } from '@penstock/core'
import { may } from '../../http/permissions.js'
import type { Site } from '../../site.js'

/** One line of the list. */
export interface PipelineLine {
  readonly name: string
  readonly latest: Views.PipelineExecutionSummary | undefined
  readonly stages: readonly { readonly name: string; readonly status: string | undefined; readonly closed: boolean }[]
  /** Approvals that wait for someone. */
  readonly approvals: number
  readonly sourceProblem: boolean
  readonly mayStart: boolean
}

export interface PipelineList {
  readonly lines: readonly PipelineLine[]
  readonly nextToken: string | undefined
}

/** Pipelines on one page of the list. */
const pageSize = 50

/** The pipelines whose state the reader may see, each with its newest execution. */
export async function loadPipelines(site: Site, by: Principal, nextToken: string | undefined): Promise<PipelineList> {
  const page = await site.server.operations.listPipelines(by, { maxResults: pageSize, nextToken })
  const visible = page.pipelines.filter(({ name }) => may(site, by, 'GetPipelineState', name))
  const lines = await Promise.all(visible.map(({ name }) => loadLine(site, by, name)))
  return { lines: lines.filter((line) => line !== undefined), nextToken: page.nextToken }
}

/** One pipeline's line; undefined when it was deleted meanwhile. */
export async function loadLine(site: Site, by: Principal, name: string): Promise<PipelineLine | undefined> {
  const { operations, sources } = site.server
  try {
    const [state, executions, sourceStates] = await Promise.all([
      operations.getPipelineState(by, { name }),
      may(site, by, 'ListPipelineExecutions', name)
        ? operations.listPipelineExecutions(by, { pipelineName: name, maxResults: 1 })
        : { pipelineExecutionSummaries: [] },
      sources.status(name),
    ])
    return {
      name,
      latest: executions.pipelineExecutionSummaries[0],
      stages: state.stageStates.map((stage, index) => ({
        name: stage.stageName,
        status: stage.latestExecution?.status,
        closed: index > 0 && !stage.inboundTransitionState.enabled,
      })),
      approvals: state.stageStates.flatMap((stage) => stage.actionStates).filter(waitsForApproval).length,
      sourceProblem: sourceStates.some(({ error }) => error !== undefined),
      mayStart: may(site, by, 'StartPipelineExecution', name),
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'PipelineNotFoundException') return undefined
    throw error
  }
}

function waitsForApproval({ latestExecution }: Views.ActionState): boolean {
  return latestExecution?.status === 'InProgress' && latestExecution.token !== undefined
}
