/** Jobs of custom actions, and of partners' (J13). */

import { partnerType } from '../support/world.js'
import { each, type Row, uuid } from './row.js'

const failureDetails = { type: 'JobFailed', message: 'x' }
const nobodys = { category: 'Build', provider: 'Nobody', version: '1' }

const custom: readonly Row[] = [
  ...each(
    ['AcknowledgeJob', 'GetJobDetails', 'PutJobFailureResult', 'PutJobSuccessResult'],
    'JobNotFoundException',
    () => ({ jobId: uuid, nonce: '1', failureDetails }),
  ),
  ['PollForJobs', 'ActionTypeNotFoundException', () => ({ actionTypeId: { ...nobodys, owner: 'Custom' } })],
  [
    'AcknowledgeJob',
    'InvalidNonceException',
    async (world) => ({ jobId: (await world.job((await world.pipeline()).pipelineName)).id, nonce: 'other' }),
  ],
  ...each(['PutJobFailureResult', 'PutJobSuccessResult'], 'InvalidJobStateException', async (world) => {
    return { jobId: (await world.job((await world.pipeline()).pipelineName)).id, failureDetails }
  }),
  [
    'PutJobSuccessResult',
    'OutputVariablesSizeExceededException',
    async (world) => {
      const outputVariables = { Large: 'x'.repeat(122_880) }
      return { ...(await world.acknowledged((await world.pipeline()).pipelineName)), outputVariables }
    },
  ],
]

const aboutPartnersJob = [
  'AcknowledgeThirdPartyJob',
  'GetThirdPartyJobDetails',
  'PutThirdPartyJobFailureResult',
  'PutThirdPartyJobSuccessResult',
]

const partners: readonly Row[] = [
  ...each(aboutPartnersJob, 'JobNotFoundException', ({ clientToken }) => {
    return { jobId: uuid, nonce: '1', failureDetails, clientToken }
  }),
  ...each(aboutPartnersJob, 'InvalidClientTokenException', async (world) => {
    return { ...(await world.partnerJob()), failureDetails, clientToken: 'another' }
  }),
  [
    'PollForThirdPartyJobs',
    'ActionTypeNotFoundException',
    () => ({ actionTypeId: { ...nobodys, owner: partnerType.owner } }),
  ],
  [
    'AcknowledgeThirdPartyJob',
    'InvalidNonceException',
    async (world) => ({ ...(await world.partnerJob()), nonce: 'other', clientToken: world.clientToken }),
  ],
  [
    'GetThirdPartyJobDetails',
    'InvalidJobException',
    async (world) => {
      const { id: jobId } = await world.job((await world.pipeline()).pipelineName)
      return { jobId, clientToken: world.clientToken }
    },
  ],
  ...each(
    ['PutThirdPartyJobFailureResult', 'PutThirdPartyJobSuccessResult'],
    'InvalidJobStateException',
    async (world) => ({ ...(await world.partnerJob()), failureDetails, clientToken: world.clientToken }),
  ),
]

export const jobs: readonly Row[] = [...custom, ...partners]
