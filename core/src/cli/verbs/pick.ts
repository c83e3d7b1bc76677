/** Finds what a command means: a pipeline, an execution by the beginning or end of its id, a stage, an action. */

import type { PipelineExecutionSummary, PipelineState, StageState } from '../../engine/views.js'
import { suggestion } from '../../host/nearest.js'
import type { Client } from '../api/client.js'
import { pages } from '../api/pages.js'
import { Refused } from '../api/refusal.js'
import { CommandFailed } from '../output.js'

/** How far back an execution is looked for. */
const mostExecutions = 1_000

/** Says of a pipeline that is not there which was probably meant. */
export async function onPipeline<T>(client: Client, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'PipelineNotFoundException') throw error
    const known = await pages(async ({ nextToken }) => {
      const { pipelines, ...rest } = await client.listPipelines({ maxResults: 1000, nextToken })
      return { items: pipelines, ...rest }
    }).catch(() => [])
    throw new CommandFailed(
      `there is no pipeline '${name}'${suggestion(name, known.map((one) => one.name).slice(0, 20))}`,
    )
  }
}

/** A pipeline's executions, newest first. */
export function executionsOf(client: Client, pipelineName: string, limit: number): Promise<PipelineExecutionSummary[]> {
  return onPipeline(client, pipelineName, () =>
    pages(async (page) => {
      const { pipelineExecutionSummaries: items, ...rest } = await client.listPipelineExecutions({
        pipelineName,
        ...page,
      })
      return { items, ...rest }
    }, limit),
  )
}

/** The execution whose id begins or ends so; the newest when none is named. Errors: CommandFailed. */
export async function pickExecution(
  client: Client,
  pipelineName: string,
  given?: string,
): Promise<PipelineExecutionSummary> {
  const executions = await executionsOf(client, pipelineName, given === undefined ? 1 : mostExecutions)
  const found =
    given === undefined
      ? executions
      : executions.filter(({ pipelineExecutionId: id }) => id.startsWith(given) || id.endsWith(given))
  const [first, second] = found
  if (first && (given === undefined || !second)) return first
  if (first)
    throw new CommandFailed(
      `${found.length} executions of ${pipelineName} have an id that begins or ends with '${given}': give more of it`,
    )
  throw new CommandFailed(
    given === undefined
      ? `${pipelineName} has no execution yet`
      : `${pipelineName} has no execution '${given}': penstock executions ${pipelineName} shows them`,
  )
}

/** Errors: CommandFailed. */
export function stateOf(client: Client, name: string): Promise<PipelineState> {
  return onPipeline(client, name, () => client.getPipelineState({ name }))
}

/** Errors: CommandFailed naming the stages that there are. */
export function pickStage({ stageStates, pipelineName }: PipelineState, name: string): StageState {
  const found = stageStates.find(({ stageName }) => stageName === name)
  if (found) return found
  throw new CommandFailed(
    `${pipelineName} has no stage '${name}'${suggestion(
      name,
      stageStates.map((one) => one.stageName),
    )}`,
  )
}
