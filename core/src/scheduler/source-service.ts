import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import type { SourceState, SourceStateStore } from '../domain/source-state.js'
import type { SourceService, SourceStatus } from '../host/services.js'
import type { ScheduleBook } from './schedules.js'
import type { SourceReports } from './source-reports.js'
import { type WebhookNews, webhookPatience } from './webhook-news.js'

export interface SourceServiceParts {
  readonly clock: Clock
  readonly states: SourceStateStore
  readonly reports: SourceReports
  readonly book: ScheduleBook
  readonly news: WebhookNews
  /** Lets the poller look at once instead of at the next beat. */
  readonly wake: () => void
}

/** The polling state for whoever asks, polls by hand, and the way in for webhooks. */
export function createSourceService(parts: SourceServiceParts): SourceService {
  const { clock, states, reports, news, wake } = parts
  return {
    async status(pipelineName) {
      const rows = await states.ofPipeline(pipelineName)
      return rows.map((row) => statusOf(parts, row))
    },
    async poll(pipelineName, actionName, by) {
      const due = await states.hasten(pipelineName, actionName, clock.now(), `asked for by ${by}`)
      if (due.length === 0) throw notPolled(pipelineName, actionName)
      wake()
      return due
    },
    async report(found) {
      await news.note(found, found.revision)
      return reports.report(found)
    },
  }
}

function statusOf({ clock, book }: SourceServiceParts, state: SourceState): SourceStatus {
  const { pollKey: _, edited: __, cursor: ___, quiet: ____, error, missed, ...row } = state
  const { problem } = book.get(row.schedule, row.pipelineName, row.actionName)
  const wrong = [error, problem].filter((text) => text !== undefined).join('; ')
  const late = missed !== undefined && clock.now() - missed.at > webhookPatience
  return { ...row, ...defined({ error: wrong === '' ? undefined : wrong, missedWebhook: late ? missed : undefined }) }
}

function notPolled(pipelineName: string, actionName: string | undefined): Fault {
  const message =
    actionName === undefined
      ? `pipeline '${pipelineName}' has no source that is polled`
      : `the source '${actionName}' of pipeline '${pipelineName}' is not polled: it says so itself, or it is no source`
  return new Fault('ValidationException', message)
}
