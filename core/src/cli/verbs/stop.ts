import { defined } from '../../domain/defined.js'
import type { PipelineExecutionSummary } from '../../engine/views.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { follow } from '../follow/follow.js'
import { CommandFailed, exitStatus, print } from '../output.js'
import type { VerbOptions } from './options.js'
import { executionsOf, pickExecution } from './pick.js'

export interface StopOptions extends VerbOptions {
  readonly abandon?: boolean
  readonly reason?: string
  readonly wait?: boolean
}

/** Executions that are looked through for the one that runs. */
const lookedThrough = 100

/** `penstock stop PIPELINE [EXECUTION]`: the one that runs, unless one is named; with `--wait` until it has stopped. */
export async function stop(name: string, execution: string | undefined, options: StopOptions): Promise<void> {
  await withClient(options, async (client) => {
    const { pipelineExecutionId } =
      execution === undefined ? await runningOne(client, name) : await pickExecution(client, name, execution)
    await client.stopPipelineExecution({
      pipelineName: name,
      pipelineExecutionId,
      ...(options.abandon ? { abandon: true } : {}),
      ...defined({ reason: options.reason }),
    })
    const said = options.abandon ? 'is abandoned' : 'stops once its actions have ended'
    print(options.output, { pipelineName: name, pipelineExecutionId }, () => [`${pipelineExecutionId} ${said}`])
    if (options.wait) await untilStopped(client, name, pipelineExecutionId, options)
  })
}

async function untilStopped(client: Client, name: string, id: string, { output }: StopOptions): Promise<void> {
  const stream = output === 'json' ? process.stderr : process.stdout
  const status = await follow(client, name, id, { write: (line) => void stream.write(`${line}\n`) })
  process.exitCode = status === 'Stopped' ? exitStatus.ok : exitStatus.failed
}

/** Errors: CommandFailed when none runs, or several do. */
export async function runningOne(client: Client, name: string): Promise<PipelineExecutionSummary> {
  const all = await executionsOf(client, name, lookedThrough)
  const running = all.filter(({ status }) => status === 'InProgress' || status === 'Stopping')
  const [only, another] = running
  if (!only) throw new CommandFailed(`no execution of ${name} is running`)
  if (!another) return only
  const ids = running.map(({ pipelineExecutionId: id }) => `  penstock stop ${name} ${id}`)
  throw new CommandFailed(`${running.length} executions of ${name} are running; say which:\n${ids.join('\n')}`)
}
