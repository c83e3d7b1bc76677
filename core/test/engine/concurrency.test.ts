/** X7: how many executions of a pipeline there can be at once, and what counts. */
import type { ExecutionMode } from '../../src/domain/pipeline.js'
import { type Bench, bench, failure, me, pipeline, stage } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
})
afterEach(() => b.close())

const start = () => b.operations.startPipelineExecution(me, { name: 'demo' })
const gate = {
  name: 'Gate',
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
} as const
const atDoor = { beforeEntry: { conditions: [{ result: 'FAIL', rules: [gate] }] } } as const
const limit = { code: 'ConcurrentPipelineExecutionsLimitExceededException' }

/** The execution that creating starts, after it failed in Build. */
async function failed(executionMode: ExecutionMode): Promise<string> {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'], atDoor)], { executionMode }) })
  await b.finish('Repo')
  await b.finish('Gate', failure())
  const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  return pipelineExecutionSummaries[0]?.pipelineExecutionId ?? ''
}

const verbs = {
  retry: (pipelineExecutionId: string) =>
    b.operations.retryStageExecution(me, {
      pipelineName: 'demo',
      stageName: 'Build',
      pipelineExecutionId,
      retryMode: 'FAILED_ACTIONS',
    }),
  override: (pipelineExecutionId: string) =>
    b.operations.overrideStageCondition(me, {
      pipelineName: 'demo',
      stageName: 'Build',
      pipelineExecutionId,
      conditionType: 'BEFORE_ENTRY',
    }),
}

test.each(['QUEUED', 'PARALLEL'] as const)('X7: at most 50 executions at once in %s mode', async (executionMode) => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])], { executionMode }) })
  for (let run = 1; run < 50; run++) await start()
  await expect(start()).rejects.toMatchObject(limit)
})

describe.each(['retry', 'override'] as const)('X7: to %s an execution that had ended', (verb) => {
  test.each(['QUEUED', 'PARALLEL'] as const)('is one more, in %s mode', async (executionMode) => {
    const id = await failed(executionMode)
    for (let run = 0; run < 50; run++) await start()
    await expect(verbs[verb](id)).rejects.toMatchObject(limit)
    const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
    const { pipelineExecutionId = '' } = pipelineExecutionSummaries[0] ?? {}
    await b.operations.stopPipelineExecution(me, { pipelineName: 'demo', pipelineExecutionId, abandon: true })
    await verbs[verb](id)
    expect(await b.executions()).toContain('InProgress')
  })

  test('is free in SUPERSEDED mode', async () => {
    const id = await failed('SUPERSEDED')
    for (let run = 0; run < 50; run++) await start()
    await verbs[verb](id)
  })
})
