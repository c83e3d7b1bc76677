import { Fault } from '../domain/faults.js'
import type { TestReport } from '../domain/test-report.js'
import type { Engine } from './engine.js'

/** Names an action execution of a pipeline. */
export interface TestedAction {
  readonly pipelineName: string
  readonly actionExecutionId: string
}

/** A test report's numbers, without its tests or files. */
export type TestReportSummary = Omit<TestReport, 'testCases' | 'codeCoverages'>

/** By name. Errors: ActionExecutionNotFoundException. */
export async function testReportsOf(engine: Engine, at: TestedAction): Promise<readonly TestReportSummary[]> {
  const reports = await reportsOf(engine, at)
  return reports.map(({ testCases: _, codeCoverages: __, ...summary }) => summary)
}

/** Errors: ActionExecutionNotFoundException, ValidationException for a report that it does not have. */
export async function testReportOf(engine: Engine, at: TestedAction & { readonly name: string }): Promise<TestReport> {
  const reports = await reportsOf(engine, at)
  const found = reports.find(({ name }) => name === at.name)
  if (found !== undefined) return found
  const names = reports.map(({ name }) => name).join(', ') || 'it has none'
  throw new Fault('ValidationException', `The action execution has no test report '${at.name}': ${names}`)
}

async function reportsOf(engine: Engine, { pipelineName, actionExecutionId }: TestedAction): Promise<TestReport[]> {
  const action = await engine.store.read.action(actionExecutionId)
  if (action?.pipelineName !== pipelineName) {
    throw new Fault('ActionExecutionNotFoundException', `The action execution '${actionExecutionId}' was not found`)
  }
  return engine.store.testReports(actionExecutionId)
}
