import { Fault } from '@penstock/core'
import { runAction, testActionProvider } from '@penstock/core/testkit'
import { pipelineInvoke, type Start } from '../src/provider.js'

const started = new Map<string, Parameters<Start>[0]>()
const start: Start = async (input) => {
  if (input.name === 'none')
    throw new Fault('PipelineNotFoundException', "Account '000000000000' does not have a pipeline with name 'none'")
  const token = input.clientRequestToken ?? ''
  started.set(token, input)
  return { pipelineExecutionId: `execution of ${token}` }
}

testActionProvider('CodePipeline', () => pipelineInvoke(start), {
  configuration: { PipelineName: 'site' },
  effects: () => started.size,
  bad: [
    { configuration: { PipelineName: 'none' }, says: "PipelineName none: Account '000000000000' does not have" },
    { configuration: { Variables: '{' }, says: 'Variables is no JSON' },
    { configuration: { Variables: '[{"name": "A"}]' }, says: 'Variables must be [{"name": "...", "value": "..."}]' },
    { configuration: { SourceRevisions: '[1]' }, says: 'SourceRevisions must be' },
  ],
})

test('it is started with variables and revisions, under the token of the action execution', async () => {
  const job = { actionExecutionId: '7c1f3a52-0000-4000-8000-000000000001', pipelineName: 'library' }
  const run = await runAction(pipelineInvoke(start), {
    configuration: {
      PipelineName: 'site',
      Variables: '[{"name": "Stage", "value": "test"}]',
      SourceRevisions: '[{"actionName": "Fetch", "revisionType": "COMMIT_ID", "revisionValue": "f00"}]',
    },
    job,
  })
  const clientRequestToken = `invoke-${job.actionExecutionId}`
  expect(started.get(clientRequestToken)).toEqual({
    name: 'site',
    clientRequestToken,
    variables: [{ name: 'Stage', value: 'test' }],
    sourceRevisions: [{ actionName: 'Fetch', revisionType: 'COMMIT_ID', revisionValue: 'f00' }],
  })
  expect(run.result).toMatchObject({ outputVariables: { PipelineExecutionId: `execution of ${clientRequestToken}` } })
})

test('a pipeline does not start itself', async () => {
  const options = { configuration: { PipelineName: 'site' }, job: { pipelineName: 'site' } }
  const run = await runAction(pipelineInvoke(start), options)
  expect(run.failure?.message).toBe('PipelineName site: a pipeline does not start itself')
})
