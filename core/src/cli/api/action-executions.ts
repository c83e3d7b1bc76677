import type { ActionExecutionDetail } from '../../engine/views.js'
import type { Client } from './client.js'
import { pages } from './pages.js'

/** Every action of one execution, the newest first. Errors: those of ListActionExecutions. */
export async function actionExecutionsOf(
  client: Client,
  pipelineName: string,
  pipelineExecutionId: string,
): Promise<ActionExecutionDetail[]> {
  const filter = { pipelineExecutionId }
  return pages(async (page) => {
    const { actionExecutionDetails: items, ...rest } = await client.listActionExecutions({
      pipelineName,
      filter,
      ...page,
    })
    return { items, ...rest }
  })
}
