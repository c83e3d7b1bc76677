/** When a source is looked at next, and why then. */
import type { SourceState } from '../domain/source-state.js'
import { jitter, type ScheduleBook, type ScheduleSettings } from './schedules.js'

/** Milliseconds. */
export const pollLimits = {
  /** Sources that are due at the same minute start spread over this. */
  spread: 1_500,
  /** How much longer than its limit a poll keeps its claim: a server that died meanwhile loses it. */
  grace: 30_000,
  /** After the first failed poll; doubled with each further one, up to `longestPause`. */
  firstPause: 30_000,
  longestPause: 60 * 60_000,
  /** What is due within this is due at once when the clock is put back. */
  soon: 60 * 60_000,
  /** An execution that has not pinned its revision yet is waited for this long, looked at every so often. */
  pinning: 10 * 60_000,
  pinningPause: 5_000,
} as const

export interface NextPoll {
  readonly nextPoll: number
  readonly nextReason: string
}

/** By its schedule; less often while webhooks tell of every change, where nobody gave the source a schedule of its own. */
export function regularly(
  state: SourceState,
  now: number,
  { book, settings, told }: { book: ScheduleBook; settings: ScheduleSettings; told: boolean },
): NextPoll {
  const { schedule } = book.get(state.schedule, state.pipelineName, state.actionName)
  const due = schedule.next(now) + jitter(state.pollKey, pollLimits.spread)
  const pause = settings.whileWebhooksMinutes ?? 0
  const slow = now + pause * 60_000 + jitter(state.pollKey, pollLimits.spread)
  if (told && state.schedule === settings.schedule && slow > due)
    return { nextPoll: slow, nextReason: `webhooks tell of its changes, so it is looked at every ${pause} minutes` }
  return { nextPoll: due, nextReason: `schedule ${state.schedule.replaceAll('\n', ' ; ')}` }
}

/** Later and later after failures, and never earlier than the schedule says. */
export function afterFailure(state: SourceState, failures: number, polled: number, regular: NextPoll): NextPoll {
  const pause = Math.min(pollLimits.longestPause, pollLimits.firstPause * 2 ** Math.min(failures - 1, 20))
  const nextPoll = polled + pause + jitter(state.pollKey, pollLimits.spread)
  if (nextPoll <= regular.nextPoll) return regular
  const times = failures === 1 ? 'a failed poll' : `${failures} failed polls`
  return { nextPoll, nextReason: `after ${times} it is tried again ${shown(pause)} later` }
}

function shown(ms: number): string {
  return ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} min`
}
