import type { PipelineState } from '../../engine/views.js'
import { shortId } from '../terminal/short-id.js'

/** What an execution waits for in front of a stage; `undefined` when it waits for nothing that can be seen. */
export function whyWaiting({ stageStates }: PipelineState, pipelineExecutionId: string): string | undefined {
  const stage = stageStates.find(({ inboundExecution, inboundExecutions = [] }) =>
    [inboundExecution, ...inboundExecutions].some((one) => one?.pipelineExecutionId === pipelineExecutionId),
  )
  if (!stage) return undefined
  const { stageName, inboundTransitionState: door, latestExecution } = stage
  if (!door.enabled) {
    const by = door.lastChangedBy === undefined ? '' : ` by ${door.lastChangedBy}`
    return `waits before ${stageName}: its transition is disabled${by} (${door.disabledReason ?? 'no reason given'})`
  }
  const held = latestExecution?.status === 'InProgress' || latestExecution?.status === 'Stopping'
  return held
    ? `waits before ${stageName}: execution ${shortId(latestExecution.pipelineExecutionId)} is in it`
    : undefined
}
