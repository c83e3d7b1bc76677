/** How SQLite, which knows no statistics here, finds what is asked often: never by reading a pipeline's whole history. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { SqlAuditStore } from '../../src/store/audit-store.js'
import { openSqlite } from '../../src/store/database.js'
import { beyondLimits, endedByAge, historyOf, pipelinesWithHistory } from '../../src/store/old-history.js'
import { bench, me, pipeline, stage } from '../engine/support.js'

const history = /\b(executions|stage_executions|action_executions|rule_executions|jobs|audit|revisions)\b/
const wholeHistory = /INDEX \w+_by_number \(pipeline_name=\?\)/

function complaints(statement: string, plan: string): string[] {
  const limited = /\blimit\b/.test(statement)
  return [
    ...(new RegExp(`SCAN ${history.source}(?! USING (COVERING )?INDEX)`).test(plan) ? ['reads a whole table'] : []),
    ...(!limited && wholeHistory.test(plan) ? ["reads all of a pipeline's history"] : []),
    // What waits in the queue is sorted, and is the present.
    ...(limited && !plan.includes('jobs_queued') && /TEMP B-TREE FOR ORDER BY/.test(plan)
      ? ['sorts all to show a few']
      : []),
  ]
}

test('a statement that reads a whole history would be told of', () => {
  const all = 'SEARCH executions USING INDEX executions_by_number (pipeline_name=?)'
  expect(complaints('select doc from executions', 'SCAN executions')).toHaveLength(1)
  expect(complaints('select doc from executions', all)).toHaveLength(1)
  expect(complaints('select doc from executions limit 1', all)).toEqual([])
})

test('what is asked often is found by an index, however much there has been', async () => {
  const prepare = jest.spyOn(Sqlite.prototype, 'prepare')
  const database = await openSqlite(':memory:')
  const b = await bench(database)
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  await b.finish('Repo', { currentRevision: { revisionId: 'r' } })
  await b.finish('a')
  await b.operations.startPipelineExecution(me, { name: 'demo', clientRequestToken: 'token' })
  await b.operations.getPipelineState(me, { name: 'demo' })
  const filter = { succeededInStage: { stageName: 'Build' } }
  const pages = { pipelineName: 'demo', maxResults: 1 }
  const first = await b.operations.listPipelineExecutions(me, pages)
  await b.operations.listPipelineExecutions(me, { ...pages, nextToken: first.nextToken })
  expect((await b.operations.listPipelineExecutions(me, { ...pages, filter })).pipelineExecutionSummaries).toHaveLength(
    1,
  )
  await b.operations.listActionExecutions(me, pages)
  await b.operations.listRuleExecutions(me, pages)
  const audit = new SqlAuditStore(database)
  await audit.page(5, 10)
  await audit.deleteBefore(5)
  await pipelinesWithHistory(database)
  await endedByAge(database, 0, 10)
  const old = await beyondLimits(database, 'demo', { before: b.clock.now() + 1, keep: 1 }, 10)
  await historyOf(database, old)
  const { pipelineExecutionSummaries: all } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  await b.engine.store.forgetExecutions(all.map((one) => one.pipelineExecutionId))
  await b.engine.store.forgetJobs(b.clock.now() + 1)
  const statements = [...new Set(prepare.mock.calls.map(([text]) => text))].filter((text) => history.test(text))
  prepare.mockRestore()
  expect(statements.length).toBeGreaterThan(20)
  const copy = new Sqlite(':memory:').exec(readFileSync(join(__dirname, '../../src/store/schema.sql'), 'utf8'))
  const found = statements
    .filter((text) => /^(with|select|update|delete)/.test(text) && !text.includes('sqlite_'))
    .flatMap((text) => {
      const parameters = (text.match(/\?/g) ?? []).map(() => 1)
      const plan = copy.prepare(`explain query plan ${text}`).all(...parameters) as { detail: string }[]
      return complaints(text, plan.map(({ detail }) => detail).join('\n')).map((complaint) => `${complaint}: ${text}`)
    })
  copy.close()
  await b.close()
  expect(found).toEqual([])
})
