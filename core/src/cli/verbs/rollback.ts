import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { CommandFailed, print } from '../output.js'
import { followToEnd } from './follow-to-end.js'
import type { VerbOptions } from './options.js'
import { pickExecution, pickStage, stateOf } from './pick.js'

export interface RollbackOptions extends VerbOptions {
  readonly wait?: boolean
  readonly logs?: boolean
}

/** `penstock rollback PIPELINE STAGE [EXECUTION]`: to what succeeded there last before what is there now, unless named. */
export async function rollback(
  pipelineName: string,
  stageName: string,
  target: string | undefined,
  options: RollbackOptions,
): Promise<void> {
  await withClient(options, async (client) => {
    const stage = pickStage(await stateOf(client, pipelineName), stageName)
    const targetPipelineExecutionId =
      target === undefined
        ? await before(client, pipelineName, stageName, stage.latestExecution?.pipelineExecutionId)
        : (await pickExecution(client, pipelineName, target)).pipelineExecutionId
    const { pipelineExecutionId } = await client.rollbackStage({ pipelineName, stageName, targetPipelineExecutionId })
    const follows = options.wait || options.logs
    const answer = { pipelineName, stageName, targetPipelineExecutionId, pipelineExecutionId }
    if (!follows || options.output !== 'json')
      print(options.output, answer, () => [
        `${pipelineExecutionId} takes ${stageName} back to ${targetPipelineExecutionId}`,
      ])
    if (follows) await followToEnd(client, pipelineName, pipelineExecutionId, options)
  })
}

/** R7, R8: rollbacks are no targets. Errors: CommandFailed. */
export async function before(
  client: Client,
  pipelineName: string,
  stageName: string,
  now: string | undefined,
): Promise<string> {
  const { pipelineExecutionSummaries: targets } = await client.listPipelineExecutions({
    pipelineName,
    filter: { succeededInStage: { stageName } },
    maxResults: 100,
  })
  const found = targets.find((one) => one.pipelineExecutionId !== now && one.executionType !== 'ROLLBACK')
  if (found) return found.pipelineExecutionId
  throw new CommandFailed(
    `nothing else succeeded in ${stageName} of ${pipelineName} under its current version: there is nothing to go back to`,
  )
}
