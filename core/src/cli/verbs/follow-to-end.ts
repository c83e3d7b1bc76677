import type { Client } from '../api/client.js'
import { follow } from '../follow/follow.js'
import { exitStatus, print } from '../output.js'

export interface FollowToEndOptions {
  readonly logs?: boolean
  readonly output?: string
}

/**
 * Follows an execution and sets the exit status by its result. Ctrl-C ends the following, and the execution goes on. With
 * `--json` the lines go to standard error, and the execution as it ended to standard output.
 */
export async function followToEnd(
  client: Client,
  pipelineName: string,
  pipelineExecutionId: string,
  { logs = false, output }: FollowToEndOptions,
): Promise<void> {
  const interrupted = new AbortController()
  const onInterrupt = () => interrupted.abort()
  process.once('SIGINT', onInterrupt)
  const stream = output === 'json' ? process.stderr : process.stdout
  const write = (line: string) => void stream.write(`${line}\n`)
  try {
    const status = await follow(client, pipelineName, pipelineExecutionId, { write, logs, signal: interrupted.signal })
    if (status === undefined) {
      process.stderr.write(`It goes on: penstock wait ${pipelineName} ${pipelineExecutionId} follows it again.\n`)
      process.exitCode = exitStatus.interrupted
      return
    }
    if (output === 'json') {
      const { pipelineExecution } = await client.getPipelineExecution({ pipelineName, pipelineExecutionId })
      print('json', pipelineExecution, () => [])
    }
    process.exitCode = status === 'Succeeded' ? exitStatus.ok : exitStatus.failed
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}
