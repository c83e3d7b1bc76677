/** What ListActionExecutions shows of one execution. */
import { type Bench, bench, failure, me, pipeline, stage } from './support.js'

let b: Bench
let pipelineExecutionId: string
beforeEach(async () => {
  b = await bench()
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a', 'b'])]) })
  await b.finish('Repo')
  const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  pipelineExecutionId = pipelineExecutionSummaries[0]?.pipelineExecutionId ?? ''
  await b.finish('b')
  for (let run = 0; run < 3; run++) {
    await b.finish('a', failure(`run ${run}`))
    const again = {
      pipelineName: 'demo',
      stageName: 'Build',
      pipelineExecutionId,
      retryMode: 'FAILED_ACTIONS',
    } as const
    await b.operations.retryStageExecution(me, again)
  }
})
afterEach(() => b.close())

async function all(startTimeRange: 'Latest' | 'All', maxResults: number): Promise<string[]> {
  const shown: string[] = []
  let nextToken: string | undefined
  do {
    const filter = { latestInPipelineExecution: { pipelineExecutionId, startTimeRange } }
    const page = await b.operations.listActionExecutions(me, { pipelineName: 'demo', filter, maxResults, nextToken })
    shown.push(...page.actionExecutionDetails.map(({ actionName, status }) => `${actionName} ${status}`))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return shown
}

test.each([1, 2, 100])('R2: the last run of each action, once, whatever the page: %d', async (maxResults) => {
  expect(await all('Latest', maxResults)).toEqual(['a InProgress', 'b Succeeded', 'Repo Succeeded'])
})

test.each([1, 2, 100])('R2: every run stays in the history: pages of %d', async (maxResults) => {
  expect((await all('All', maxResults)).sort()).toEqual([
    'Repo Succeeded',
    'a Failed',
    'a Failed',
    'a Failed',
    'a InProgress',
    'b Succeeded',
  ])
})

test('J14: only a source action has revisions', async () => {
  const actionRevision = { revisionId: 'r2', revisionChangeId: 'r2', created: new Date(0) }
  const put = b.operations.putActionRevision(me, {
    pipelineName: 'demo',
    stageName: 'Build',
    actionName: 'a',
    actionRevision,
  })
  await expect(put).rejects.toMatchObject({ code: 'ValidationException' })
})
