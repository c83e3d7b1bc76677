import { defined, type ExecutionDetails, type JobSuccess, type Revision } from '@penstock/core'
import { type InputOf, integer, list, map, structure, text, timestamp } from '../model/shape.js'
import { failureDetails as failure } from '../schemas/job.js'
import { jobId } from '../schemas/names.js'

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
  },
)

export const success = structure(
  {},
  { executionDetails, currentRevision: revision, outputVariables: map(text({ min: 1, max: 100 }), text()) },
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
