import { integer, map, oneOf, structure, text, timestamp } from '../../shape/shape.js'
import { configurationKey } from './action-type.js'

export const thirdPartyJobId = text({ min: 1, max: 512 })
export const nonce = text({ min: 1, max: 50 })
export const clientToken = text({ min: 1, max: 256 })
export const maxBatchSize = integer({ min: 1 })
export const queryParam = map(configurationKey, text({ min: 1, max: 50, pattern: '[a-zA-Z0-9_-]+' }), {
  min: 0,
  max: 1,
})
export const outputVariables = map(text({ pattern: '[A-Za-z0-9@\\-_]+' }), text())

const revision = text({ min: 1, max: 1500 })
const changeIdentifier = text({ min: 1, max: 100 })
const externalExecutionId = text({ min: 1, max: 1500 })

/** What PutActionRevision brings (J14). */
export const actionRevision = structure({
  revisionId: revision,
  revisionChangeId: changeIdentifier,
  created: timestamp,
})

const currentRevision = structure(
  { revision, changeIdentifier },
  { created: timestamp, revisionSummary: text({ min: 1, max: 2048 }) },
)
const executionDetails = structure(
  {},
  { summary: text({ min: 1, max: 2048 }), externalExecutionId, percentComplete: integer({ min: 0, max: 100 }) },
)
/** The optional members that every success result has. */
export const success = { currentRevision, continuationToken: text({ min: 1, max: 2048 }), executionDetails }

/** Why a job failed (J12). */
export const failureDetails = structure(
  {
    type: oneOf(
      'JobFailed',
      'ConfigurationError',
      'PermissionError',
      'RevisionOutOfSync',
      'RevisionUnavailable',
      'SystemUnavailable',
    ),
    message: text({ min: 1, max: 5000 }),
  },
  { externalExecutionId },
)
