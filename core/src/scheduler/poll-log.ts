/** A source's last polls, as people look at them: what says the same again is counted, not repeated. */
import { defined } from '../domain/defined.js'
import type { PollRecord } from '../domain/source-state.js'

/** Entries that are kept. */
const kept = 25
const longest = 300

/** The log with one more poll. */
export function withPoll(polls: readonly PollRecord[] = [], poll: PollRecord): readonly PollRecord[] {
  const told = { ...poll, ...defined({ seen: poll.seen?.slice(0, longest) }) }
  const [newest, ...older] = polls
  if (
    newest === undefined ||
    newest.outcome !== told.outcome ||
    newest.seen !== told.seen ||
    told.outcome === 'started'
  )
    return [told, ...polls].slice(0, kept)
  return [{ ...told, times: (newest.times ?? 1) + 1, first: newest.first ?? newest.at }, ...older]
}
