import type { ActionExecutionDetail } from '../../engine/views.js'
import { suggestion } from '../../host/nearest.js'
import { actionExecutionsOf } from '../api/action-executions.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { patient } from '../follow/patient.js'
import { byLine, tail } from '../follow/tail.js'
import { CommandFailed } from '../output.js'
import { cleanLog } from '../terminal/clean.js'
import type { VerbOptions } from './options.js'
import { pickExecution } from './pick.js'

export interface LogsOptions extends VerbOptions {
  readonly follow?: boolean
  readonly execution?: string
}

/**
 * `penstock logs PIPELINE [ACTION]`: an action's log, masked as everywhere; of the newest execution's last action that
 * writes one, unless they are named. With `--follow` as it grows, to its end.
 */
export async function logs(pipelineName: string, action: string | undefined, options: LogsOptions): Promise<void> {
  await withClient(options, async (client) => {
    const { pipelineExecutionId } = await pickExecution(client, pipelineName, options.execution)
    const { actionExecutionId } = await pickAction(client, pipelineName, pipelineExecutionId, action)
    const run = { pipelineName, pipelineExecutionId, actionExecutionId }
    const { write, end } = writer()
    let empty = true
    const note = (text: string) => {
      empty &&= text === ''
      write(text)
    }
    const aside = (text: string) => void process.stderr.write(`${text}\n`)
    if (options.follow) await tail(patient(client, { note: aside }), run, note)
    else await soFar(client, run, note)
    end()
    if (empty) process.stderr.write('Nothing has been written into this log yet.\n')
  })
}

/** On a terminal without what could do harm there; into a file or a program as it is. */
function writer(): { write(text: string): void; end(): void } {
  if (!process.stdout.isTTY) return { write: (text) => void process.stdout.write(text), end() {} }
  const lines = byLine((line) => void process.stdout.write(`${cleanLog(line)}\n`))
  return { write: lines.push, end: lines.end }
}

type Run = Pick<ActionExecutionDetail, 'pipelineExecutionId' | 'actionExecutionId'> & { readonly pipelineName: string }

async function soFar(client: Client, run: Run, write: (text: string) => void): Promise<void> {
  for (let from = 0; ; ) {
    const piece = await client.readLog({ ...run, from, wait: 0 })
    write(piece.text)
    if (piece.complete || piece.next === from) return
    from = piece.next
  }
}

/** Errors: CommandFailed with the actions that ran. */
export async function pickAction(
  client: Client,
  pipelineName: string,
  pipelineExecutionId: string,
  action: string | undefined,
): Promise<ActionExecutionDetail> {
  const ran = await actionExecutionsOf(client, pipelineName, pipelineExecutionId)
  const writes = newestAttempts(ran.filter(({ input }) => input.actionTypeId.category !== 'Approval'))
  const failed = writes.find(({ status }) => status === 'Failed')
  const running = writes.find(({ status }) => status === 'InProgress')
  const found =
    action === undefined ? (running ?? failed ?? writes[0]) : [...writes, ...ran].find((one) => called(one, action))
  if (found) return found
  if (action === undefined) throw new CommandFailed(`no action of execution ${pipelineExecutionId} has run yet`)
  const known = [...new Set(writes.map(({ actionName }) => actionName))]
  throw new CommandFailed(
    `no action '${action}' of execution ${pipelineExecutionId} has run${suggestion(action, known)}`,
  )
}

/** A failure that was retried is no more what became of its action. The newest come first. */
function newestAttempts(runs: readonly ActionExecutionDetail[]): ActionExecutionDetail[] {
  const seen = new Set<string>()
  return runs.filter(({ stageName, actionName }) => {
    const name = `${stageName}/${actionName}`
    if (seen.has(name)) return false
    seen.add(name)
    return true
  })
}

/** By its name, by STAGE/ACTION, or by the beginning of its run's id. */
function called({ stageName, actionName, actionExecutionId }: ActionExecutionDetail, action: string): boolean {
  return (
    action === actionName ||
    action === `${stageName}/${actionName}` ||
    (action.length >= 8 && actionExecutionId.startsWith(action))
  )
}
