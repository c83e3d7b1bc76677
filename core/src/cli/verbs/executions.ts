import { withClient } from '../api/connect.js'
import { print, table } from '../output.js'
import { status } from '../terminal/status.js'
import { span, when } from '../terminal/time.js'
import { revisionOf } from './list.js'
import type { VerbOptions } from './options.js'
import { executionsOf } from './pick.js'

/** `penstock executions PIPELINE`: its executions, newest first. */
export async function executions(name: string, options: VerbOptions & { readonly limit: number }): Promise<void> {
  const found = await withClient(options, (client) => executionsOf(client, name, options.limit))
  print(options.output, found, () =>
    found.length === 0
      ? [`${name} has no execution yet.`]
      : table([
          ['EXECUTION', 'STATUS', 'STARTED', 'TOOK', 'TRIGGER', 'REVISION'],
          ...found.map((one) => [
            one.pipelineExecutionId,
            status(one.status),
            when(one.startTime),
            one.status === 'InProgress' ? '' : span(one.lastUpdateTime.getTime() - one.startTime.getTime()),
            one.trigger.triggerType,
            revisionOf(one),
          ]),
        ]),
  )
}
