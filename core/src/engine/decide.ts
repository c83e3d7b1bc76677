import type { Decision } from './changes.js'
import { settle } from './decide/advance.js'
import { answerApproval } from './decide/approval.js'
import { overrideCondition } from './decide/condition.js'
import { redefine } from './decide/redefine.js'
import { jobFailed, jobProgressed, jobSucceeded, timeOut } from './decide/report.js'
import { retryStage } from './decide/retry.js'
import { rollbackStage } from './decide/rollback.js'
import { start } from './decide/start.js'
import { stop } from './decide/stop.js'
import { setTransition } from './decide/transition.js'
import { Draft } from './draft.js'
import type { PipelineEvent } from './events.js'
import type { PipelineState, Surroundings } from './state.js'

/**
 * What follows from an event: first what the event itself says, then everything that can now move, moves.
 * Pure: same state, event and surroundings, same decision. Errors: the Faults of the event's own verb.
 */
export function decide(state: PipelineState, event: PipelineEvent, around: Surroundings): Decision {
  const draft = new Draft(state, around)
  const executionId = happen(draft, event)
  settle(draft)
  return draft.finish(executionId)
}

function happen(draft: Draft, event: PipelineEvent): string | undefined {
  switch (event.type) {
    case 'Start':
      return start(draft, event)
    case 'SetTransition':
      return setTransition(draft, event)
    case 'Stop':
      return stop(draft, event)
    case 'RetryStage':
      return retryStage(draft, event)
    case 'RollbackStage':
      return rollbackStage(draft, event)
    case 'OverrideCondition':
      return overrideCondition(draft, event)
    case 'AnswerApproval':
      return answerApproval(draft, event)
    case 'JobProgressed':
      return jobProgressed(draft, event)
    case 'JobSucceeded':
      return jobSucceeded(draft, event)
    case 'JobFailed':
      return jobFailed(draft, event)
    case 'TimeOut':
      return timeOut(draft, event)
    case 'Redefine':
      return redefine(draft, event)
  }
}
