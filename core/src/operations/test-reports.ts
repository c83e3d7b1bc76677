/** What tests and coverage tools said of builds. Rights: those of ListActionExecutions, as for logs. */
import { testReportOf, testReportsOf } from '../engine/test-reports.js'
import { structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { pipelineName } from './shapes/names.js'

const actionExecutionId = text({ min: 1, max: 100 })

/** An action execution's test reports, by name: their numbers, and what newly fails, is fixed and is flaky; not the tests. */
export const listTestReports = operation({
  name: 'ListTestReports',
  service: 'penstock',
  action: 'codepipeline:ListActionExecutions',
  input: structure({ pipelineName, actionExecutionId }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  run: async ({ engine }, _by, input) => ({ testReports: await testReportsOf(engine, input) }),
})

/** One test report with its tests, or its files' coverage. */
export const getTestReport = operation({
  name: 'GetTestReport',
  service: 'penstock',
  action: 'codepipeline:ListActionExecutions',
  input: structure({ pipelineName, actionExecutionId, name: text({ min: 1, max: 128 }) }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  run: async ({ engine }, _by, input) => ({ testReport: await testReportOf(engine, input) }),
})
