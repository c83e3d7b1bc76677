import { checkedReport } from '../../domain/checked-report.js'
import { defined } from '../../domain/defined.js'
import { Fault } from '../../domain/faults.js'
import type { ExecutionDetails, JobSuccess } from '../../domain/job.js'
import type { Revision } from '../../domain/revision.js'
import type { TestReportInput } from '../../domain/test-report.js'
import type { DeployTarget } from '../../host/provider-context.js'
import { type InputOf, integer, list, map, structure, text, timestamp } from '../../shape/shape.js'
import { failureDetails as failure } from './job.js'
import { jobId } from './names.js'

/** Every operation says which worker calls. */
export const workerName = text({ min: 1, max: 100, pattern: '[A-Za-z0-9._-]+' })
export const fence = integer({ min: 0 })
/** What every operation about one job has. */
export const job = { workerName, jobId, fence }
export const heldJobs = list(structure({ jobId, fence }), { max: 10_000 })
export const jobIds = list(jobId, { max: 10_000 })
export const typeKeys = list(text({ min: 1, max: 200 }), { min: 1, max: 1000 })
export const limit = integer({ min: 1, max: 1000 })
export const logOffset = text({ min: 1, max: 16, pattern: '[0-9]+' })
/** Base64; no pattern, which a text of megabytes would be matched with. */
export const logBytes = text({ max: 3_000_000 })
export const secretName = text({ min: 1, max: 512 })
export const continuationToken = text({ min: 1, max: 2048 })
export const failureDetails = failure

/** As CodePipeline's, with a link. */
export const executionDetails = structure(
  {},
  {
    summary: text({ max: 2048 }),
    externalExecutionId: text({ max: 1500 }),
    externalExecutionUrl: text({ max: 2048 }),
    percentComplete: integer({ min: 0, max: 100 }),
  },
)

const revision = structure(
  { revisionId: text({ min: 1, max: 1500 }) },
  {
    revisionSummary: text({ max: 2048 }),
    revisionUrl: text({ max: 2048 }),
    author: text({ max: 2048 }),
    created: timestamp,
    revisionChangeId: text({ max: 1500 }),
    branch: text({ max: 1500 }),
  },
)

export const success = structure(
  {},
  { executionDetails, currentRevision: revision, outputVariables: map(text({ min: 1, max: 100 }), text()) },
)

/** JSON; no pattern, which a text of megabytes would be matched with. */
export const testReport = text({ min: 2, max: 8_000_000 })

/** Errors: Fault ValidationException. */
export function testReportOf(json: string): TestReportInput {
  try {
    return checkedReport(JSON.parse(json) as TestReportInput, (text) => text)
  } catch (error) {
    throw new Fault('ValidationException', `report: ${(error as Error).message}`)
  }
}

const word = text({ min: 1, max: 1024 })
const span = { startTime: timestamp, endTime: timestamp }
const event = structure({ name: word, status: word }, { ...span, message: text({ max: 5000 }) })
/** One target of a deployment, as it is now. */
export const target = structure(
  { targetId: word, targetType: word, status: word, events: list(event, { max: 1000 }) },
  { ...span },
)

export function detailsOf(details: InputOf<typeof executionDetails>): ExecutionDetails {
  return defined(details) as ExecutionDetails
}

export function successOf({ executionDetails: details, currentRevision, outputVariables }: InputOf<typeof success>) {
  const found = currentRevision && { ...currentRevision, created: currentRevision.created?.getTime() }
  return defined({
    executionDetails: details && detailsOf(details),
    currentRevision: found && (defined(found) as Revision),
    outputVariables,
  }) as JobSuccess
}

interface Span {
  readonly startTime?: Date
  readonly endTime?: Date
}

/** With its times in epoch milliseconds. */
export function targetOf({
  events,
  ...about
}: Omit<DeployTarget, 'startTime' | 'endTime' | 'events'> &
  Span & {
    readonly events: readonly (Span & Omit<DeployTarget['events'][number], 'startTime' | 'endTime'>)[]
  }): DeployTarget {
  return { ...inMilliseconds(about), events: events.map(inMilliseconds) }
}

function inMilliseconds<T extends Span>({ startTime, endTime, ...rest }: T) {
  return { ...rest, ...defined({ startTime: startTime?.getTime(), endTime: endTime?.getTime() }) }
}
