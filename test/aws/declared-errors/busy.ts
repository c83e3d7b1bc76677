/** What only happens when somebody else is changing the same thing: on PostgreSQL, where others can. */
import { typeId } from '../support/pipelines.js'
import { artifactDetails } from '../support/world.js'
import { type Row, uuid } from './row.js'

/** The pipeline that is held. */
export const held = 'held'
const stage = { pipelineName: held, stageName: 'Build', pipelineExecutionId: uuid }
const webhook = {
  name: held,
  targetPipeline: held,
  targetAction: 'Fetch',
  filters: [],
  authentication: 'UNAUTHENTICATED',
  authenticationConfiguration: {},
}
const { owner: _, ...type } = typeId('Build')

/** What is there, and locked, when the rows run. */
export const heldWebhook = { webhook }

export const busy: readonly Row[] = [
  ['StartPipelineExecution', 'ConflictException', () => ({ name: held })],
  ['StopPipelineExecution', 'ConflictException', () => stage],
  ['RetryStageExecution', 'ConflictException', () => ({ ...stage, retryMode: 'ALL_ACTIONS' })],
  ['RollbackStage', 'ConflictException', () => ({ ...stage, targetPipelineExecutionId: uuid })],
  ['OverrideStageCondition', 'ConflictException', () => ({ ...stage, conditionType: 'ON_SUCCESS' })],
  ['CreatePipeline', 'ConcurrentModificationException', (world) => ({ pipeline: world.declaration({}, held) })],
  ['DeletePipeline', 'ConcurrentModificationException', () => ({ name: held })],
  ['PutWebhook', 'ConcurrentModificationException', () => heldWebhook],
  ['DeleteWebhook', 'ConcurrentModificationException', () => ({ name: held })],
  ['CreateCustomActionType', 'ConcurrentModificationException', () => ({ ...type, ...artifactDetails })],
  ['DeleteCustomActionType', 'ConcurrentModificationException', () => type],
  [
    'TagResource',
    'ConcurrentModificationException',
    (world) => ({ resourceArn: world.arn(held), tags: [{ key: 'a', value: 'b' }] }),
  ],
  [
    'UntagResource',
    'ConcurrentModificationException',
    (world) => ({ resourceArn: world.arn(`webhook:${held}`), tagKeys: ['a'] }),
  ],
]
