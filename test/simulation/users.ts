import type { EngineReads } from '../../core/src/engine/ports.js'
import type { Operations } from '../../core/src/operations/table.js'
import { randomPipeline } from './pipelines.js'
import type { Random } from './random.js'
import { user } from './simulation.js'

/** Something that a user, a script or a source might do now, sensible or not. Answers what it was. */
export async function randomDeed(
  random: Random,
  operations: Operations,
  read: EngineReads,
  name: string,
): Promise<string> {
  const deed = random.next()
  const pipeline = await read.pipeline(name)
  if (!pipeline) return `${name} is not there`
  const stageName = random.pick(pipeline.declaration.stages).name
  const { items } = await read.executions(name, { limit: 8 })
  const pipelineExecutionId = items.length > 0 ? random.pick(items).id : random.uuid()
  if (deed < 0.42) return start(random, operations, name)
  if (deed < 0.52) return answer(random, operations, read, name)
  if (deed < 0.62) {
    const abandon = random.chance(0.4)
    await operations.stopPipelineExecution(user, { pipelineName: name, pipelineExecutionId, abandon, reason: 'enough' })
    return `stops ${pipelineExecutionId}${abandon ? ', abandoning' : ''}`
  }
  if (deed < 0.77) {
    const retryMode = random.pick(['FAILED_ACTIONS', 'ALL_ACTIONS'] as const)
    await operations.retryStageExecution(user, { pipelineName: name, stageName, pipelineExecutionId, retryMode })
    return `retries ${stageName} of ${pipelineExecutionId} (${retryMode})`
  }
  if (deed < 0.83) {
    await operations.disableStageTransition(user, {
      pipelineName: name,
      stageName,
      transitionType: random.pick(['Inbound', 'Outbound'] as const),
      reason: 'hold',
    })
    return `disables ${stageName}`
  }
  if (deed < 0.9) {
    await operations.enableStageTransition(user, {
      pipelineName: name,
      stageName,
      transitionType: random.pick(['Inbound', 'Outbound'] as const),
    })
    return `enables ${stageName}`
  }
  if (deed < 0.94) {
    await operations.rollbackStage(user, {
      pipelineName: name,
      stageName,
      targetPipelineExecutionId: pipelineExecutionId,
    })
    return `rolls ${stageName} back to ${pipelineExecutionId}`
  }
  if (deed < 0.97) {
    await operations.overrideStageCondition(user, {
      pipelineName: name,
      stageName,
      pipelineExecutionId,
      conditionType: random.pick(['BEFORE_ENTRY', 'ON_SUCCESS'] as const),
    })
    return `overrides a condition of ${stageName}`
  }
  await operations.updatePipeline(user, {
    pipeline: random.chance(0.5) ? pipeline.declaration : randomPipeline(random, name),
  })
  return `updates ${name}`
}

async function start(random: Random, operations: Operations, name: string): Promise<string> {
  const token = random.chance(0.3) ? `token-${random.int(1, 5)}` : undefined
  if (random.chance(0.3)) {
    const revision = String(random.int(1, 20))
    const actionRevision = { revisionId: revision, revisionChangeId: revision, created: new Date(0) }
    await operations.putActionRevision(user, {
      pipelineName: name,
      stageName: 'Source',
      actionName: 'Repo',
      actionRevision,
    })
    return `puts revision ${revision} into ${name}`
  }
  const { pipelineExecutionId } = await operations.startPipelineExecution(user, { name, clientRequestToken: token })
  return `starts ${name}: ${pipelineExecutionId}${token ? ` (${token})` : ''}`
}

/** Answers any pending approval, of any execution. */
async function answer(random: Random, operations: Operations, read: EngineReads, name: string): Promise<string> {
  const { items } = await read.actions(name, { limit: 40 })
  const pending = items.find((action) => action.token !== undefined && action.status === 'InProgress')
  if (!pending?.token) return 'finds nothing to approve'
  const status = random.pick(['Approved', 'Approved', 'Rejected'] as const)
  const { stageName, actionName, token } = pending
  await operations.putApprovalResult(user, {
    pipelineName: name,
    stageName,
    actionName,
    token,
    result: { status, summary: '' },
  })
  return `${status} ${stageName}/${actionName}`
}
