/** What an agent may do, where its key's policies let it. */
import { defined } from '../../domain/defined.js'
import { pendingApprovals, pick, stillWaits } from '../verbs/answer.js'
import { onPipeline, pickExecution, pickStage, stateOf } from '../verbs/pick.js'
import { failedStage, latestIn } from '../verbs/retry.js'
import { before } from '../verbs/rollback.js'
import { runningOne } from '../verbs/stop.js'
import { execution, pipeline, stage, tool } from './tool.js'

const startPipeline = tool<{ pipeline: string; variables?: Readonly<Record<string, string>> }>({
  name: 'start_pipeline',
  title: 'Start a pipeline',
  description: 'Releases a change: a new execution with the newest revisions of the sources. Answers its id.',
  properties: {
    pipeline,
    variables: { type: 'object', additionalProperties: { type: 'string' }, description: 'values of its variables' },
  },
  required: ['pipeline'],
  changes: 'adds',
  run: (client, { pipeline: name, variables = {} }) =>
    onPipeline(client, name, () =>
      client.startPipelineExecution({
        name,
        ...(Object.keys(variables).length > 0 && {
          variables: Object.entries(variables).map(([name, value]) => ({ name, value })),
        }),
      }),
    ),
})

const retryStage = tool<{ pipeline: string; stage?: string; allActions?: boolean }>({
  name: 'retry_stage',
  title: 'Retry a failed stage',
  description: 'Runs the failed actions of a stage again in the same execution; the stage that failed unless named.',
  properties: { pipeline, stage, allActions: { type: 'boolean', description: 'those that succeeded as well' } },
  required: ['pipeline'],
  changes: 'adds',
  async run(client, { pipeline: pipelineName, stage: given, allActions }) {
    const state = await stateOf(client, pipelineName)
    const found = given === undefined ? failedStage(state) : pickStage(state, given)
    const { stageName } = found
    const pipelineExecutionId = latestIn(pipelineName, found)
    const retryMode = allActions ? ('ALL_ACTIONS' as const) : ('FAILED_ACTIONS' as const)
    await client.retryStageExecution({ pipelineName, stageName, pipelineExecutionId, retryMode })
    return { pipelineName, stageName, pipelineExecutionId, retryMode }
  },
})

const stopExecution = tool<{ pipeline: string; execution?: string; abandon?: boolean; reason?: string }>({
  name: 'stop_execution',
  title: 'Stop an execution',
  description:
    'Stops an execution once its running actions have ended, or at once with abandon. The one that runs unless named.',
  properties: {
    pipeline,
    execution,
    abandon: { type: 'boolean', description: 'do not wait for its actions' },
    reason: { type: 'string', maxLength: 200 },
  },
  required: ['pipeline'],
  changes: 'destroys',
  async run(client, { pipeline: pipelineName, execution: given, abandon, reason }) {
    const found =
      given === undefined ? await runningOne(client, pipelineName) : await pickExecution(client, pipelineName, given)
    const { pipelineExecutionId } = found
    await client.stopPipelineExecution({ pipelineName, pipelineExecutionId, ...defined({ abandon, reason }) })
    return { pipelineName, pipelineExecutionId, stopping: true }
  },
})

const rollbackStage = tool<{ pipeline: string; stage: string; execution?: string }>({
  name: 'rollback_stage',
  title: 'Roll a stage back',
  description:
    'Runs a stage again with the artifacts of an execution that succeeded in it before: the last one before what is there now, unless named.',
  properties: { pipeline, stage, execution },
  required: ['pipeline', 'stage'],
  changes: 'destroys',
  async run(client, { pipeline: pipelineName, stage: name, execution: given }) {
    const { stageName, latestExecution: now } = pickStage(await stateOf(client, pipelineName), name)
    const targetPipelineExecutionId =
      given === undefined
        ? await before(client, pipelineName, stageName, now?.pipelineExecutionId)
        : (await pickExecution(client, pipelineName, given)).pipelineExecutionId
    const answer = await client.rollbackStage({ pipelineName, stageName, targetPipelineExecutionId })
    return { ...answer, targetPipelineExecutionId }
  },
})

const answerApproval = tool<{ pipeline: string; action?: string; decision: 'Approved' | 'Rejected'; comment: string }>({
  name: 'answer_approval',
  title: 'Approve or reject',
  description:
    'Answers an approval that waits. Only when a person has said so in this conversation: the comment says who and why.',
  properties: {
    pipeline,
    action: { type: 'string', description: "the approval's name, or STAGE/ACTION, when several wait" },
    decision: { type: 'string', enum: ['Approved', 'Rejected'] },
    comment: { type: 'string', minLength: 1, maxLength: 512 },
  },
  required: ['pipeline', 'decision', 'comment'],
  changes: 'destroys',
  async run(client, { pipeline: pipelineName, action, decision: status, comment: summary }) {
    const { stageName, actionName, token } = pick(pipelineName, await pendingApprovals(client, pipelineName), action)
    const result = { status, summary }
    const { approvedAt } = await client.putApprovalResult({ pipelineName, stageName, actionName, token, result })
    const waitsFor = status === 'Approved' ? await stillWaits(client, pipelineName, token) : undefined
    return { pipelineName, stageName, actionName, status, approvedAt, ...defined({ waitsFor }) }
  },
})

const setTransition = tool<{ pipeline: string; stage: string; enabled: boolean; reason?: string }>({
  name: 'set_transition',
  title: 'Close or open the way into a stage',
  description: 'Disables the transition into a stage, with a reason, so that nothing enters; or enables it again.',
  properties: { pipeline, stage, enabled: { type: 'boolean' }, reason: { type: 'string', maxLength: 300 } },
  required: ['pipeline', 'stage', 'enabled'],
  changes: 'adds',
  async run(client, { pipeline: pipelineName, stage: name, enabled, reason = '' }) {
    const { stageName } = pickStage(await stateOf(client, pipelineName), name)
    const door = { pipelineName, stageName, transitionType: 'Inbound' } as const
    if (enabled) await client.enableStageTransition(door)
    else await client.disableStageTransition({ ...door, reason })
    return { pipelineName, stageName, enabled }
  },
})

export const steering = [
  startPipeline,
  retryStage,
  stopExecution,
  rollbackStage,
  answerApproval,
  setTransition,
] as const
