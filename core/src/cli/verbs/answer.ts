/** `penstock approve` and `penstock reject`. */
import { defined } from '../../domain/defined.js'
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
  /** How far it is, where it takes several people: `1 of 2 have approved: ada`. */
  readonly summary?: string
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
    const waitsFor = status === 'Approved' ? await stillWaits(client, name, token) : undefined
    const said = { pipelineName: name, stageName, actionName, status, approvedAt, ...defined({ waitsFor }) }
    const place = `${stageName}/${actionName} of ${name}`
    print(options.output, said, () => [
      waitsFor === undefined
        ? `${place} is ${status.toLowerCase()}`
        : `${place} has your approval and waits on: ${waitsFor}`,
    ])
  })
}

/**
 * A5: what an approval says that takes more people than have approved; nothing when it has been answered. Asked of the state
 * alone, which everybody may read who may answer; of a PARALLEL pipeline it says nothing (X6).
 */
export async function stillWaits(client: Client, name: string, token: string): Promise<string | undefined> {
  const found = inState(await stateOf(client, name)).find((one) => one.token === token)
  return found && (found.summary ?? 'more people are to approve')
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
      latestExecution?.token === undefined
        ? []
        : [{ stageName, actionName, token: latestExecution.token, ...defined({ summary: latestExecution.summary }) }],
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
