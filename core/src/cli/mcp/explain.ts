import { defined } from '../../domain/defined.js'
import type { ActionState, PipelineState, StageState } from '../../engine/views.js'
import type { Client } from '../api/client.js'
import { whyWaiting } from '../follow/why-waiting.js'
import { pickAction } from '../verbs/logs.js'
import { problemsOf } from '../verbs/sources.js'
import { lastLines } from './last-lines.js'

/** So much of a failed action's log. */
const linesOfFailure = 40

/** A stage's state in sentences. */
interface Explained {
  readonly stage: string
  readonly status: string
  readonly execution?: string
  /** Why nothing happens, or what must happen before something does. */
  readonly waits: readonly string[]
  readonly failed: readonly Failure[]
}

interface Failure {
  readonly action: string
  readonly error: string
  /** The end of its log. */
  readonly log: string
}

/** What goes on in a pipeline, what waits for what, and what failed, with the ends of the logs. */
export async function explain(client: Client, state: PipelineState) {
  const { pipelineName, stageStates } = state
  const stages = await Promise.all(stageStates.map((stage) => explainStage(client, state, stage)))
  const { sources } = await client.listSources({ pipelineName })
  const problems = sources.flatMap((source) => problemsOf(source).map((said) => `${source.actionName}: ${said}`))
  return { pipeline: pipelineName, version: state.pipelineVersion, stages, sourceProblems: problems }
}

async function explainStage(client: Client, state: PipelineState, stage: StageState): Promise<Explained> {
  const { stageName, latestExecution: latest, actionStates } = stage
  const failed = actionStates.filter(({ latestExecution: one }) => one?.status === 'Failed')
  return {
    stage: stageName,
    status: latest?.status ?? 'has not run',
    ...defined({ execution: latest?.pipelineExecutionId }),
    waits: [...doorOf(stage), ...inboundOf(state, stage), ...actionStates.flatMap(waitOf)],
    failed:
      latest === undefined
        ? []
        : await Promise.all(failed.map((action) => failureOf(client, state.pipelineName, stageName, latest, action))),
  }
}

function doorOf({ stageName, inboundTransitionState: door }: StageState): string[] {
  if (door.enabled) return []
  const by = door.lastChangedBy === undefined ? '' : ` by ${door.lastChangedBy}`
  return [`the transition into ${stageName} is disabled${by}: ${door.disabledReason ?? 'no reason given'}`]
}

function inboundOf(state: PipelineState, { inboundExecution, inboundExecutions }: StageState): string[] {
  const inbound = inboundExecutions ?? (inboundExecution ? [inboundExecution] : [])
  return inbound.map(({ pipelineExecutionId: id }) => `execution ${id} ${whyWaiting(state, id) ?? 'is about to enter'}`)
}

function waitOf({ actionName, latestExecution: latest }: ActionState): string[] {
  if (latest?.token !== undefined) return [`${actionName} waits for a person to approve or reject it`]
  if (latest?.status !== 'InProgress') return []
  const said = latest.summary === undefined ? '' : `: ${latest.summary}`
  return [`${actionName} is running since ${latest.lastStatusChange?.toISOString()}${said}`]
}

async function failureOf(
  client: Client,
  pipelineName: string,
  stageName: string,
  { pipelineExecutionId }: { readonly pipelineExecutionId: string },
  { actionName, latestExecution: latest }: ActionState,
): Promise<Failure> {
  const error = latest?.errorDetails?.message ?? latest?.summary ?? 'it gave no reason'
  const log = await pickAction(client, pipelineName, pipelineExecutionId, `${stageName}/${actionName}`).then(
    ({ actionExecutionId }) =>
      lastLines(client, { pipelineName, pipelineExecutionId, actionExecutionId }, linesOfFailure),
    () => '', // an approval that was rejected has none
  )
  return { action: actionName, error, log }
}
