/** What partners' job workers call: each call with its client token (J13). */

import type { FaultCode } from '../domain/faults.js'
import * as jobs from '../engine/jobs.js'
import { thirdPartyJob } from '../engine/third-party.js'
import { structure } from '../shape/shape.js'
import { type OperationServices, operation } from './operation.js'
import { actionTypeId } from './shapes/action-type.js'
import { clientToken, failureDetails, maxBatchSize, nonce, success, thirdPartyJobId } from './shapes/job.js'

/** The job, if the token is its client's. Errors: those of thirdPartyJob. */
function checked(
  { engine, clientTokenKey }: OperationServices,
  jobId: string,
  clientToken: string,
  whenNotTheirs?: FaultCode,
) {
  return thirdPartyJob(engine, jobId, clientToken, clientTokenKey, whenNotTheirs)
}

/** As PollForJobs, for partners (J13). */
export const pollForThirdPartyJobs = operation({
  name: 'PollForThirdPartyJobs',
  input: structure({ actionTypeId }, { maxBatchSize }),
  resource: ({ actionTypeId }, arns) => arns.actionType(actionTypeId),
  run: ({ engine }, _by, input, { whenJobs }) =>
    whenJobs(
      () => jobs.pollForThirdPartyJobs(engine, input),
      ({ jobs }) => jobs.length > 0,
    ),
})

/** As AcknowledgeJob, for partners (J13). */
export const acknowledgeThirdPartyJob = operation({
  name: 'AcknowledgeThirdPartyJob',
  input: structure({ jobId: thirdPartyJobId, nonce, clientToken }),
  resource: () => '*',
  changes: true,
  async run(services, _by, { clientToken, ...input }) {
    await checked(services, input.jobId, clientToken)
    return jobs.acknowledgeJob(services.engine, input)
  },
})

/** As GetJobDetails, for partners (J13). */
export const getThirdPartyJobDetails = operation({
  name: 'GetThirdPartyJobDetails',
  input: structure({ jobId: thirdPartyJobId, clientToken }),
  resource: () => '*',
  async run(services, _by, { jobId, clientToken }) {
    const { engine, credentialsFor } = services
    const { nonce } = await checked(services, jobId, clientToken, 'InvalidJobException')
    const { id, data } = (await jobs.getJobDetails(engine, credentialsFor, { jobId })).jobDetails
    return { jobDetails: { id, data, nonce } }
  },
})

/** As PutJobSuccessResult, for partners (J13). */
export const putThirdPartyJobSuccessResult = operation({
  name: 'PutThirdPartyJobSuccessResult',
  input: structure({ jobId: thirdPartyJobId, clientToken }, { ...success }),
  resource: () => '*',
  changes: true,
  silent: true,
  async run(services, _by, { clientToken, ...input }) {
    await checked(services, input.jobId, clientToken)
    await jobs.putJobSuccessResult(services.engine, input)
  },
})

/** As PutJobFailureResult, for partners (J13). */
export const putThirdPartyJobFailureResult = operation({
  name: 'PutThirdPartyJobFailureResult',
  input: structure({ jobId: thirdPartyJobId, clientToken, failureDetails }),
  resource: () => '*',
  changes: true,
  silent: true,
  async run(services, _by, { clientToken, ...input }) {
    await checked(services, input.jobId, clientToken)
    await jobs.putJobFailureResult(services.engine, input)
  },
})
