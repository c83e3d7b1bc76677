/** `penstock approve` and `penstock reject`. */
import type { PipelineState } from '../../engine/views.js'
import { actionExecutionsOf } from '../api/action-executions.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { CommandFailed, print } from '../output.js'
import type { VerbOptions } from './options.js'
import { pickExecution, stateOf } from './pick.js'

export interface AnswerOptions extends VerbOptions {
  readonly comment?: string
  readonly execution?: string
}

/** An approval that waits for its answer. */
export interface Pending {
  readonly stageName: string
  readonly actionName: string
  readonly token: string
}

/** Answers the approval that waits; of several, the one that is named by its action, or by STAGE/ACTION. */
export async function answer(
  status: 'Approved' | 'Rejected',
  name: string,
  action: string | undefined,
  options: AnswerOptions,
): Promise<void> {
  await withClient(options, async (client) => {
    const { stageName, actionName, token } = pick(name, await pendingApprovals(client, name, options.execution), action)
    const result = { status, summary: options.comment ?? '' }
    const { approvedAt } = await client.putApprovalResult({ pipelineName: name, stageName, actionName, token, result })
    const said = { pipelineName: name, stageName, actionName, status, approvedAt }
    print(options.output, said, () => [`${stageName}/${actionName} of ${name} is ${status.toLowerCase()}`])
  })
}

/** Those of one execution, or of the state, or of the newest execution when the state says nothing. */
export async function pendingApprovals(client: Client, name: string, execution?: string): Promise<readonly Pending[]> {
  const state = await stateOf(client, name)
  const all = execution === undefined ? inState(state) : []
  return all.length > 0 ? all : inExecution(client, name, execution)
}

function inState({ stageStates }: PipelineState): Pending[] {
  return stageStates.flatMap(({ stageName, actionStates }) =>
    actionStates.flatMap(({ actionName, latestExecution }) =>
      latestExecution?.token === undefined ? [] : [{ stageName, actionName, token: latestExecution.token }],
    ),
  )
}

/** X6: of a PARALLEL pipeline the state says nothing, and the history has the token. */
async function inExecution(client: Client, pipelineName: string, execution: string | undefined): Promise<Pending[]> {
  const { pipelineExecutionId, status } = await pickExecution(client, pipelineName, execution)
  if (status !== 'InProgress') return []
  const actions = await actionExecutionsOf(client, pipelineName, pipelineExecutionId)
  return actions.flatMap(({ stageName, actionName, status: now, input, output }) => {
    const token = output?.executionResult?.externalExecutionId
    const asks = now === 'InProgress' && input.actionTypeId.category === 'Approval' && token !== undefined
    return asks ? [{ stageName, actionName, token }] : []
  })
}

/** Errors: CommandFailed when nothing waits, or nothing of that name, or several and none is named. */
export function pick(name: string, pending: readonly Pending[], action: string | undefined): Pending {
  const called = ({ stageName, actionName }: Pending) =>
    action === actionName || action === `${stageName}/${actionName}`
  const found = action === undefined ? pending : pending.filter(called)
  const [only, another] = found
  if (only && !another) return only
  const waiting = pending.map(({ stageName, actionName }) => `${stageName}/${actionName}`).join(', ')
  if (pending.length === 0) throw new CommandFailed(`nothing of ${name} waits for an approval`)
  throw new CommandFailed(
    only
      ? `${found.length} approvals of ${name} wait (${waiting}): name one`
      : `no approval '${action}' of ${name} waits; these do: ${waiting}`,
  )
}
