/** What the service model of 2022 did not have: conditions, rollbacks, a deployment's targets. */
import { join } from 'node:path'
import type { StageDeclaration } from '@aws-sdk/client-codepipeline'
import { openSqlite } from '../../../../core/src/store/database.js'
import { createEngineStore } from '../../../../core/src/store/engine-store.js'
import type { World } from '../../support/world.js'

const check = {
  name: 'Check',
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
  configuration: { Variable: '#{variables.Open}', Value: 'yes', Operator: 'EQ' },
} as const
const shut: Partial<StageDeclaration> = { beforeEntry: { conditions: [{ result: 'FAIL', rules: [check] }] } }

/** C1..C3, R6: a shut door is overridden, and the stage rolled back to what went through it. */
export async function conditions(world: World): Promise<void> {
  expect(await world.call('ListRuleTypes', { ruleOwnerFilter: 'AWS' })).toMatchObject({
    ruleTypes: expect.arrayContaining([
      expect.objectContaining({ id: expect.objectContaining({ provider: 'VariableCheck' }) }),
    ]),
  })
  const variables = [{ name: 'Open', defaultValue: 'no' }]
  const started = await world.withBuild(shut, { pipelineType: 'V2', variables })
  const { pipelineName, pipelineExecutionId } = started
  await world.succeed(pipelineName)
  await world.reached(started, 'Failed')
  const { ruleExecutionDetails } = await world.call('ListRuleExecutions', { pipelineName })
  expect(ruleExecutionDetails).toMatchObject([{ ruleName: 'Check', stageName: 'Build', status: 'Failed' }])
  const override = { ...started, stageName: 'Build', conditionType: 'BEFORE_ENTRY' }
  expect(await world.call('OverrideStageCondition', override)).toEqual({})
  await world.succeed(pipelineName, 'Build')
  const rollback = { pipelineName, stageName: 'Build', targetPipelineExecutionId: pipelineExecutionId }
  const rolled = await world.call('RollbackStage', rollback)
  expect(rolled.pipelineExecutionId).not.toBe(pipelineExecutionId)
  await targets(world, pipelineName)
}

/** What a deploying worker reports of its hosts, which the store keeps. */
async function targets(world: World, pipelineName: string): Promise<void> {
  const { actionExecutionDetails } = await world.call('ListActionExecutions', { pipelineName, maxResults: 1 })
  const [{ actionExecutionId = '' } = {}] = actionExecutionDetails as { actionExecutionId?: string }[]
  const database = await openSqlite(join(world.server.server.config.dataDir, 'penstock.db'))
  const all = ['one', 'two', 'three'].map((targetId, index) => {
    return {
      targetId,
      targetType: 'INSTANCE',
      status: index === 0 ? 'Failed' : 'Succeeded',
      startTime: new Date(0),
      endTime: new Date(1000),
      events: [],
    }
  })
  await createEngineStore(database).transact((unit) => unit.putDeployTargets(actionExecutionId, all))
  await database.close()
  expect(
    await world.call('ListDeployActionExecutionTargets', {
      pipelineName,
      actionExecutionId,
      filters: [{ name: 'TARGET_STATUS', values: ['Succeeded'] }],
    }),
  ).toMatchObject({ targets: [{ targetId: 'two' }, { targetId: 'three' }] })
}
