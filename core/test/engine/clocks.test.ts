/** Several servers on one database have several clocks: what one of them sets, another judges. */
import { sql } from 'kysely'
import { sweep } from '../../src/engine/sweep.js'
import { openSqlite } from '../../src/store/database.js'
import { action, type Bench, bench, me, pipeline, stage, typeIds } from './support.js'

const minute = 60_000
const hour = 60 * minute
/** What the type of an action says in the tests' catalogue. */
const limit = 60 * minute

/** The database's clock is right, the server's so far ahead of it. */
async function aheadBy(ms: number): Promise<Bench> {
  const database = await openSqlite(':memory:')
  let server = 0
  const clock = () => server - ms
  const b = await bench({ ...database, hasClock: true, moment: () => sql<number>`${clock()}` })
  server = b.clock.now()
  const advance = b.clock.advance.bind(b.clock)
  b.clock.advance = async (by) => {
    server += by
    await advance(by)
  }
  return b
}

describe.each([
  ['ten days ahead', 240 * hour],
  ['two hours behind', -2 * hour],
  ['right', 0],
])('a server whose clock is %s', (_, ms) => {
  let b: Bench
  beforeEach(async () => {
    b = await aheadBy(ms)
    const gate = stage('Gate', [action('yes', { actionTypeId: typeIds.approval, timeoutInMinutes: 8 })])
    await b.operations.createPipeline(me, { pipeline: pipeline([gate, stage('Build', ['make'])]) })
    await b.finish('Repo')
  })
  afterEach(() => b.close())

  test('J10, A3: gives an approval just its time, and sweeps it once that is over', async () => {
    await b.clock.advance(8 * minute - 1_000)
    await sweep(b.engine)
    expect(await b.executions()).toEqual(['InProgress'])
    await b.clock.advance(1_000)
    await sweep(b.engine)
    expect(await b.executions()).toEqual(['Failed'])
  })

  test('J10: gives an action just its time', async () => {
    const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
    const token = stageStates[1]?.actionStates[0]?.latestExecution?.token ?? ''
    const answer = { result: { status: 'Approved', summary: '' } as const, token }
    await b.operations.putApprovalResult(me, { pipelineName: 'demo', stageName: 'Gate', actionName: 'yes', ...answer })
    await b.claim()
    await b.clock.advance(limit - 1_000)
    expect(await b.engine.store.read.overdue(await b.engine.store.now(b.clock.now()), 9)).toEqual([])
    await b.clock.advance(1_000)
    expect(await b.engine.store.read.overdue(await b.engine.store.now(b.clock.now()), 9)).toHaveLength(1)
  })

  test('X1, J10: gives the source of a pipeline that nothing has happened to just its time', async () => {
    await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['make'])], { name: 'newest' }) })
    const overdue = async () => b.engine.store.read.overdue(await b.engine.store.now(b.clock.now()), 9)
    await b.operations.deletePipeline(me, { name: 'demo' })
    await b.clock.advance(limit - 1_000)
    expect(await overdue()).toEqual([])
    await b.clock.advance(1_000)
    expect(await overdue()).toMatchObject([{ pipelineName: 'newest' }])
  })

  test('tells when pipelines were made and changed, executions began and approvals were given by that clock', async () => {
    const right = new Date(b.clock.now() - ms)
    const { metadata } = await b.operations.getPipeline(me, { name: 'demo' })
    expect(metadata).toMatchObject({ created: right, updated: right })
    const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
    expect(pipelineExecutionSummaries).toMatchObject([{ startTime: right }])
    const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
    const token = stageStates[1]?.actionStates[0]?.latestExecution?.token ?? ''
    const answer = { result: { status: 'Approved', summary: '' } as const, token }
    const given = { pipelineName: 'demo', stageName: 'Gate', actionName: 'yes', ...answer }
    expect(await b.operations.putApprovalResult(me, given)).toEqual({ approvedAt: right })
  })
})
