import type { PipelineState, StageState } from '../../engine/views.js'
import { withClient } from '../api/connect.js'
import { CommandFailed, print } from '../output.js'
import { followToEnd } from './follow-to-end.js'
import type { VerbOptions } from './options.js'
import { pickExecution, pickStage, stateOf } from './pick.js'

export interface RetryOptions extends VerbOptions {
  readonly allActions?: boolean
  readonly execution?: string
  readonly wait?: boolean
  readonly logs?: boolean
}

/** `penstock retry PIPELINE [STAGE]`: the stage that failed, unless one is named; its failed actions, or all. */
export async function retry(name: string, stageName: string | undefined, options: RetryOptions): Promise<void> {
  await withClient(options, async (client) => {
    const state = await stateOf(client, name)
    const stage = stageName === undefined ? failedStage(state) : pickStage(state, stageName)
    const pipelineExecutionId =
      options.execution === undefined
        ? latestIn(name, stage)
        : (await pickExecution(client, name, options.execution)).pipelineExecutionId
    await client.retryStageExecution({
      pipelineName: name,
      stageName: stage.stageName,
      pipelineExecutionId,
      retryMode: options.allActions ? 'ALL_ACTIONS' : 'FAILED_ACTIONS',
    })
    const follows = options.wait || options.logs
    const answer = { pipelineName: name, stageName: stage.stageName, pipelineExecutionId }
    if (!follows || options.output !== 'json')
      print(options.output, answer, () => [`${stage.stageName} of ${pipelineExecutionId} runs again`])
    if (follows) await followToEnd(client, name, pipelineExecutionId, options)
  })
}

/** Errors: CommandFailed when none failed or stopped, or several did. */
export function failedStage({ pipelineName, stageStates }: PipelineState): StageState {
  const failed = stageStates.filter(({ latestExecution: latest }) =>
    ['Failed', 'Stopped'].includes(latest?.status ?? ''),
  )
  const [only, another] = failed
  if (only && !another) return only
  const names = failed.map(({ stageName }) => stageName).join(', ')
  throw new CommandFailed(
    only
      ? `several stages of ${pipelineName} failed (${names}): name one`
      : `no stage of ${pipelineName} failed: there is nothing to retry`,
  )
}

export function latestIn(name: string, { stageName, latestExecution }: StageState): string {
  if (latestExecution) return latestExecution.pipelineExecutionId
  throw new CommandFailed(`no execution of ${name} has been in ${stageName}: name one with --execution`)
}
