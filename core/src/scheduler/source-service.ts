import type { SourceStateStore } from '../domain/source-state.js'
import type { SourceService, SourceStatus } from '../host/services.js'
import type { ScheduleBook } from './schedules.js'
import type { SourceReports } from './source-reports.js'

/** The polling state for the page, and the way in for webhooks. */
export function createSourceService(
  states: SourceStateStore,
  reports: SourceReports,
  book: ScheduleBook,
): SourceService {
  return {
    async status(pipelineName) {
      const rows = await states.ofPipeline(pipelineName)
      return rows.map(({ pollKey: _, edited: __, error, ...row }): SourceStatus => {
        const { problem } = book.get(row.schedule, row.pipelineName, row.actionName)
        const wrong = [error, problem].filter((text) => text !== undefined).join('; ')
        return { ...row, ...(wrong === '' ? {} : { error: wrong }) }
      })
    },
    report: (found) => reports.report(found),
  }
}
