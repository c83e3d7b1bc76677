/** What job workers call. */
import { allows } from '../domain/policy.js'
import * as jobs from '../engine/jobs.js'
import { structure } from '../shape/shape.js'
import { Arns } from './arns.js'
import { operation } from './operation.js'
import { actionTypeId } from './shapes/action-type.js'
import { failureDetails, maxBatchSize, nonce, outputVariables, queryParam, success } from './shapes/job.js'
import { jobId } from './shapes/names.js'

/** Hands out waiting jobs of a custom action type (J5). */
export const pollForJobs = operation({
  name: 'PollForJobs',
  input: structure({ actionTypeId }, { maxBatchSize, queryParam }),
  resource: ({ actionTypeId }, arns) => arns.actionType(actionTypeId),
  run: ({ engine, credentialsFor }, by, input, { whenJobs }) => {
    const type = new Arns(engine).actionType(input.actionTypeId)
    const mayClaim = allows(by.policies, 'penstock:ClaimJobs', type)
    return whenJobs(
      () => jobs.pollForJobs(engine, credentialsFor, input, mayClaim),
      ({ jobs }) => jobs.length > 0,
    )
  },
})

/** A worker takes a job that PollForJobs handed it (J6). */
export const acknowledgeJob = operation({
  name: 'AcknowledgeJob',
  input: structure({ jobId, nonce }),
  resource: () => '*',
  changes: true,
  jobOf: ({ jobId }) => jobId,
  run: ({ engine }, _by, input) => jobs.acknowledgeJob(engine, input),
})

/** A job once more, with fresh credentials for its artifacts. */
export const getJobDetails = operation({
  name: 'GetJobDetails',
  input: structure({ jobId }),
  resource: () => '*',
  jobOf: ({ jobId }) => jobId,
  run: ({ engine, credentialsFor }, _by, input) => jobs.getJobDetails(engine, credentialsFor, input),
})

/** A worker says that its job succeeded, or goes on (J7, J8). */
export const putJobSuccessResult = operation({
  name: 'PutJobSuccessResult',
  input: structure({ jobId }, { ...success, outputVariables }),
  resource: () => '*',
  changes: true,
  silent: true,
  jobOf: ({ jobId }) => jobId,
  run: ({ engine }, _by, input) => jobs.putJobSuccessResult(engine, input),
})

/** A worker says that its job failed (J9, J12). */
export const putJobFailureResult = operation({
  name: 'PutJobFailureResult',
  input: structure({ jobId, failureDetails }),
  resource: () => '*',
  changes: true,
  silent: true,
  jobOf: ({ jobId }) => jobId,
  run: ({ engine }, _by, input) => jobs.putJobFailureResult(engine, input),
})
