import type { Principal } from '../domain/access.js'
import type { ExecutionTrigger } from '../domain/execution.js'
import { Fault } from '../domain/faults.js'
import type { SourceRevision } from '../domain/revision.js'
import type { Engine } from './engine.js'
import { actionNotFound, pipelineNotFound, stageNotFound } from './names.js'
import type { ExecutionOperations } from './operations.js'
import { startExecution } from './start-execution.js'

export interface FoundSource {
  readonly pipelineName: string
  readonly revision: SourceRevision
  readonly trigger: ExecutionTrigger
  /** Set when what is new is a tag. */
  readonly tag?: string | undefined
  /** Strangers wrote it: the execution gets no secrets. */
  readonly untrusted?: boolean
}

/**
 * X2: a source has something new; an execution starts with that revision pinned, and the other sources at their newest.
 * However many see the same change at once (a poll, a webhook, another server), one execution comes of it: the newest
 * execution for its branch has the revision then. The same commit on another branch is another change, and so is an older
 * revision that is the branch's tip again.
 * Errors: PipelineNotFoundException, ValidationException, ConcurrentPipelineExecutionsLimitExceededException.
 */
export async function reportRevision(engine: Engine, found: FoundSource): Promise<{ pipelineExecutionId?: string }> {
  const { pipelineName, revision, trigger, tag, untrusted = false } = found
  const pipelineExecutionId = await startExecution(engine, pipelineName, {
    trigger,
    sourceRevisions: [revision],
    untrusted,
    // A tag may be put on a commit that was built before: the tag is what is new.
    ...(tag === undefined
      ? { unlessNewestHasThem: true }
      : { clientRequestToken: `tag ${revision.actionName} ${tag} ${revision.revisionId}` }),
  })
  return { pipelineExecutionId }
}

/**
 * Somebody tells a source action of a revision; one that is new starts an execution (J14). Errors:
 * PipelineNotFoundException, StageNotFoundException, ActionNotFoundException, ValidationException,
 * ConcurrentPipelineExecutionsLimitExceededException.
 */
export async function putActionRevision(
  engine: Engine,
  by: Principal,
  input: Parameters<ExecutionOperations['putActionRevision']>[1],
): Promise<{ newRevision: boolean; pipelineExecutionId: string }> {
  const { pipelineName, stageName, actionName, actionRevision } = input
  const pipeline = await engine.store.read.pipeline(pipelineName)
  if (!pipeline) throw pipelineNotFound(engine, pipelineName)
  const stage = pipeline.declaration.stages.find((one) => one.name === stageName)
  if (!stage) throw stageNotFound(stageName, pipelineName)
  const action = stage.actions.find((one) => one.name === actionName)
  if (!action) throw actionNotFound(actionName, stageName, pipelineName)
  if (action.actionTypeId.category !== 'Source') {
    throw new Fault(
      'ValidationException',
      `The action '${actionName}' in stage '${stageName}' is no source action: only those have revisions`,
    )
  }
  const used = await engine.store.read.revisionUsed(pipelineName, actionName, actionRevision.revisionId)
  if (used !== undefined) return { newRevision: false, pipelineExecutionId: used }
  const { pipelineExecutionId = '' } = await reportRevision(engine, {
    pipelineName,
    revision: {
      actionName,
      revisionId: actionRevision.revisionId,
      revisionChangeId: actionRevision.revisionChangeId,
      created: actionRevision.created.getTime(),
    },
    trigger: { triggerType: 'PutActionRevision', triggerDetail: by.arn },
  })
  return { newRevision: true, pipelineExecutionId }
}
