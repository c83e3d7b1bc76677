import type { Effect } from '../../src/engine/changes.js'
import { type Bench, bench, failure, me, pipeline, stage } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
})
afterEach(() => b.close())

async function told(): Promise<Effect[]> {
  const all: Effect[] = []
  await b.engine.store.drainOutbox(async ({ effects }) => void all.push(...effects), 1000)
  return all
}

const brief = (effect: Effect): string => {
  const { kind } = effect
  if (kind === 'pipelineChanged') return `pipeline ${effect.change} ${effect.version ?? ''}`.trim()
  if (kind === 'transitionChanged')
    return `transition ${effect.stageName} ${effect.enabled} ${effect.reason ?? ''}`.trim()
  if (kind === 'stageChanged') return `stage ${effect.stageName} ${effect.status}`
  if (kind === 'executionChanged') return `execution ${effect.status}`
  return `${effect.kind} ${effect.actionName}${'status' in effect ? ` ${effect.status}` : ''}`
}

test('a run is told from the pipeline to its end in the order in which it happened, and a failure with its reason', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  await b.finish('Repo')
  await b.finish('a', failure('broken'))
  const all = await told()
  expect(all.map(brief)).toEqual([
    'pipeline created 1',
    'execution InProgress',
    'stage Source InProgress',
    'actionChanged Repo InProgress',
    'actionChanged Repo Succeeded',
    'stage Source Succeeded',
    'stage Build InProgress',
    'actionChanged a InProgress',
    'actionChanged a Failed',
    'stage Build Failed',
    'execution Failed',
  ])
  const error = { code: 'JobFailed', message: 'broken' }
  expect(all.at(8)).toMatchObject({ summary: 'broken', error })
  expect(all.at(-1)).toMatchObject({ failed: { stageName: 'Build', actionName: 'a', error } })
})

test('what somebody does to a pipeline is told with who it was', async () => {
  const declaration = pipeline([stage('Build', ['a'])])
  await b.operations.createPipeline(me, { pipeline: declaration })
  await told()
  await b.operations.updatePipeline(me, { pipeline: declaration })
  const where = { pipelineName: 'demo', stageName: 'Build', transitionType: 'Inbound' } as const
  await b.operations.disableStageTransition(me, { ...where, reason: 'hold it' })
  await b.operations.enableStageTransition(me, where)
  await b.operations.deletePipeline(me, { name: 'demo' })
  await b.operations.deletePipeline(me, { name: 'demo' })
  const all = await told()
  expect(all.map(brief)).toEqual([
    'pipeline updated 2',
    'transition Build false hold it',
    'transition Build true',
    'pipeline deleted',
  ])
  for (const effect of all) expect(effect).toMatchObject({ by: me.arn })
})
