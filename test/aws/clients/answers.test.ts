/** Every answer, as it is on the wire, against AWS's own output shapes: nothing that is not in them, and all that is. */
import { World } from '../support/world.js'
import { calledWebhooks, lookAround } from './chapters/afterwards.js'
import { actionTypes, deletions, pipelines } from './chapters/definitions.js'
import { everything, linkedType, partnersType } from './chapters/everything.js'
import { doors, execution, stopped } from './chapters/executions.js'
import { conditions } from './chapters/newest.js'
import { partner, webhooks } from './chapters/outside.js'
import { ModelCheck } from './model.js'
import { strict } from './strict.js'

jest.setTimeout(120_000)

const check = new ModelCheck()
let world: World
beforeAll(async () => {
  world = await World.bare({}, strict(check))
})
afterAll(() => world?.stop())

test('no answer of a whole story has a member that the model does not have, or one of another type', async () => {
  await actionTypes(world)
  const name = await pipelines(world)
  await doors(world, name)
  await execution(world, name)
  await stopped(world, name)
  await webhooks(world, name)
  await linkedType(world)
  await partnersType(world)
  await partner(world)
  await conditions(world)
  await everything(world)
  await calledWebhooks(world, name)
  await lookAround(world)
  await deletions(world, name)
})

/** What the model has and no answer of this story: some of it never, the rest in other tests. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  'every list of this story fits on one page': [
    'ListActionTypesOutput.nextToken',
    'ListDeployActionExecutionTargetsOutput.nextToken',
    'ListPipelineExecutionsOutput.nextToken',
    'ListPipelinesOutput.nextToken',
    'ListRuleExecutionsOutput.nextToken',
    'ListTagsForResourceOutput.nextToken',
    'ListWebhooksOutput.NextToken',
  ],
  'logs are not in CloudWatch': ['ActionExecution.logStreamARN', 'ActionExecutionResult.logStreamARN'],
  'polling is never switched off': ['PipelineMetadata.pollingDisabledAt'],
  'rules have no links, no revisions, and nobody answers them by hand': [
    'RuleExecution.lastUpdatedBy',
    'RuleExecution.token',
    'RuleExecutionDetail.updatedBy',
    'RuleState.currentRevision',
    'RuleState.entityUrl',
    'RuleState.revisionUrl',
    'RuleType.settings',
  ],
  'VariableCheck runs nothing elsewhere': [
    'RuleExecution.externalExecutionId',
    'RuleExecution.externalExecutionUrl',
    'RuleExecutionResult.externalExecutionId',
    'RuleExecutionResult.externalExecutionUrl',
  ],
  'a custom source cannot tell where its revision is to be seen': [
    'ArtifactRevision.revisionUrl',
    'SourceRevision.revisionUrl',
  ],
  'the tests of triggers, of stores in other regions and of conditions after failures have them': [
    'PipelineDeclaration.artifactStores',
    'PipelineDeclaration.triggers',
    'FailureConditions.conditions',
    'StageState.onFailureConditionState',
  ],
  'the partner’s job of this story goes on to nothing, in a store without a key': [
    'ThirdPartyJobData.continuationToken',
    'ThirdPartyJobData.encryptionKey',
  ],
}

test('what the model has is answered, but for what is told here', () => {
  const missing = [...check.known].filter((member) => !check.seen.has(member))
  expect(missing.sort()).toEqual(Object.values(reasons).flat().sort())
})
