import {
  failedTests,
  makeReport,
  type ReportOwner,
  reportsLookedAt,
  type TestReport,
  type TestReportInput,
} from '../domain/test-report.js'
import type { Database, Tx } from './database.js'
import { parse } from './rows.js'

/** Keeps a report, with what became of its tests since those before it. */
export async function putTestReport(tx: Tx, input: TestReportInput, owner: ReportOwner): Promise<void> {
  const { actionExecutionId, pipelineName, stageName, actionName, created } = owner
  const place = { pipeline_name: pipelineName, stage_name: stageName, action_name: actionName, name: input.name }
  const past = await tx
    .selectFrom('test_reports')
    .select('failed')
    .where('pipeline_name', '=', pipelineName)
    .where('stage_name', '=', stageName)
    .where('action_name', '=', actionName)
    .where('name', '=', input.name)
    .where('action_execution_id', '<>', actionExecutionId)
    .orderBy('created', 'desc')
    .limit(reportsLookedAt - 1)
    .execute()
  const report = makeReport(
    input,
    owner,
    past.map(({ failed }) => JSON.parse(failed) as string[]),
  )
  const failed = JSON.stringify(input.type === 'TEST' ? failedTests(input.testCases) : [])
  const kept = { created, failed, doc: JSON.stringify(report) }
  await tx
    .insertInto('test_reports')
    .values({ action_execution_id: actionExecutionId, ...place, ...kept })
    .onConflict((on) => on.columns(['action_execution_id', 'name']).doUpdateSet(kept))
    .execute()
}

/** An action execution's reports, by name. */
export async function testReports({ db }: Database, actionExecutionId: string): Promise<TestReport[]> {
  const query = db.selectFrom('test_reports').select('doc').where('action_execution_id', '=', actionExecutionId)
  return (await query.orderBy('name').execute()).map((row) => parse<TestReport>(row))
}
