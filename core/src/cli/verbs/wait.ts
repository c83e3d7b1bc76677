import { withClient } from '../api/connect.js'
import { followToEnd } from './follow-to-end.js'
import type { VerbOptions } from './options.js'
import { pickExecution } from './pick.js'

/** `penstock wait PIPELINE [EXECUTION]`: follows an execution, the newest unless one is named, and ends with its result. */
export async function wait(
  name: string,
  execution: string | undefined,
  options: VerbOptions & { readonly logs?: boolean },
): Promise<void> {
  await withClient(options, async (client) => {
    const { pipelineExecutionId } = await pickExecution(client, name, execution)
    await followToEnd(client, name, pipelineExecutionId, options)
  })
}
