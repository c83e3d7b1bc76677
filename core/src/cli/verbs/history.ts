import { withClient } from '../api/connect.js'
import { pages } from '../api/pages.js'
import { resultOf } from '../follow/lines.js'
import { print, table } from '../output.js'
import { clean } from '../terminal/clean.js'
import { shortId } from '../terminal/short-id.js'
import { status } from '../terminal/status.js'
import { span, when } from '../terminal/time.js'
import type { VerbOptions } from './options.js'
import { onPipeline, pickExecution } from './pick.js'

/** `penstock history PIPELINE [EXECUTION]`: every action that ran, newest first. */
export async function history(
  pipelineName: string,
  execution: string | undefined,
  options: VerbOptions & { readonly limit: number },
): Promise<void> {
  const actions = await withClient(options, async (client) => {
    const filter =
      execution === undefined
        ? {}
        : {
            filter: { pipelineExecutionId: (await pickExecution(client, pipelineName, execution)).pipelineExecutionId },
          }
    return onPipeline(client, pipelineName, () =>
      pages(async (page) => {
        const { actionExecutionDetails: items, ...rest } = await client.listActionExecutions({
          pipelineName,
          ...filter,
          ...page,
        })
        return { items, ...rest }
      }, options.limit),
    )
  })
  print(options.output, actions, () =>
    actions.length === 0
      ? [`No action of ${pipelineName} has run yet.`]
      : table([
          ['EXECUTION', 'ACTION', 'STATUS', 'STARTED', 'TOOK', 'RESULT'],
          ...actions.map((one) => [
            shortId(one.pipelineExecutionId),
            `${one.stageName}/${one.actionName}`,
            status(one.status),
            when(one.startTime),
            one.status === 'InProgress' ? '' : span(one.lastUpdateTime.getTime() - one.startTime.getTime()),
            clean(resultOf(one)),
          ]),
        ]),
  )
}
