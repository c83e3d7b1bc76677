import type { ExecutionStatus } from '../../domain/execution.js'
import type { ActionExecutionDetail } from '../../engine/views.js'
import { clean } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { status as shown } from '../terminal/status.js'
import { clock, span } from '../terminal/time.js'

/** `14:05:09  Build/Rake  Succeeded  12 s  3 files`. */
export function actionLine(action: ActionExecutionDetail, note?: string): string {
  const { stageName, actionName, status, startTime, lastUpdateTime } = action
  const at = status === 'InProgress' ? startTime : lastUpdateTime
  const took = status === 'InProgress' ? '' : span(lastUpdateTime.getTime() - startTime.getTime())
  const parts = [`${stageName}/${actionName}`, shown(status), took, clean(note ?? resultOf(action))]
  return `${paint.dim(clock(at))}  ${parts.filter((part) => part !== '').join('  ')}`
}

/** The error of an action that failed, else its summary. */
export function resultOf({ output }: ActionExecutionDetail): string {
  const result = output?.executionResult
  return result?.errorDetails?.message ?? result?.externalExecutionSummary ?? ''
}

/** The last line. */
export function outcomeLine(status: ExecutionStatus, summary = ''): string {
  return `${paint.dim(clock(new Date()))}  ${paint.bold(shown(status))}${summary === '' ? '' : `  ${clean(summary)}`}`
}

/** A line that is about no action. */
export function noteLine(text: string): string {
  return `${paint.dim(clock(new Date()))}  ${clean(text)}`
}
