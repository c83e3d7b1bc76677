import type { PipelineOverview, PrincipalOperations } from '@penstock/core'

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
export async function loadPipelines(operations: PrincipalOperations, looked: Looked): Promise<PipelineList> {
  const { pipelines, nextToken } = await operations.listPipelineOverviews({
    nameContains: looked.holds,
    nextToken: looked.after,
    maxResults: pageSize,
  })
  return { ...looked, lines: pipelines.map((one) => lineOf(operations, one)), next: nextToken }
}

/** The lines of pipelines that the reader may see; at most a page of names. */
export async function loadLines(operations: PrincipalOperations, names: readonly string[]): Promise<PipelineLine[]> {
  if (names.length === 0) return []
  const { pipelines } = await operations.listPipelineOverviews({ names })
  return pipelines.map((one) => lineOf(operations, one))
}

function lineOf(operations: PrincipalOperations, pipeline: PipelineOverview): PipelineLine {
  return { ...pipeline, mayStart: operations.may('startPipelineExecution', { name: pipeline.name }) }
}
