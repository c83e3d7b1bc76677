import type { PipelineExecution } from '../../domain/execution.js'
import type { StageDeclaration } from '../../domain/pipeline.js'
import type { StageExecution } from '../../domain/stage.js'
import type { Draft } from '../draft.js'
import { judgeCondition } from './condition.js'
import { fail } from './outcome.js'
import { rerun } from './retry.js'
import { rollbackByItself } from './rollback.js'

/** X9, R4, S16: all of a stage's actions ended and one failed: retry once, judge the failure, roll back, or fail. */
export function applyFailure(
  draft: Draft,
  execution: PipelineExecution,
  stage: StageExecution,
  declaration: StageDeclaration,
): boolean {
  const failure = declaration.onFailure
  if (failure?.result === 'RETRY' && !stage.retry?.autoStageRetryAttempt) {
    rerun(draft, stage, failure.retryConfiguration?.retryMode ?? 'FAILED_ACTIONS', 'AutomatedStageRetry')
    return true
  }
  const judged = judgeCondition(draft, stage, 'onFailure')
  if (judged === 'moved') return true
  if (judged === 'waiting') return false
  fail(draft, execution, stage.stageName)
  if (failure?.result === 'ROLLBACK') rollbackByItself(draft, execution, stage.stageName)
  return true
}
