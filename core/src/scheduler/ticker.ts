/** The beat that the coordinator works at: node-cron calls once a second, never twice at a time. */
import { type Clock, systemClock } from '../domain/clock.js'

/** After so long without a beat node-cron is wound up anew. */
const silenceMs = 3_000

/**
 * Starts calling `tick`; the answer stops it. node-cron waits for a wall clock time: once the clock is set back by an hour,
 * it would be silent for that hour. So its beat is watched by a timer, which no setting of the clock disturbs.
 */
export async function startTicker(tick: () => Promise<void>, clock: Clock = systemClock): Promise<() => Promise<void>> {
  const cron = await import('node-cron')
  let beats = 0
  const beat = () => {
    beats++
    return tick()
  }
  const options = {
    name: 'penstock',
    timezone: 'UTC', // a beat has no calendar: in a zone with summer time node-cron is silent in the hour that comes twice
    unref: true,
    suppressMissedWarning: true,
  }
  let task = cron.schedule('* * * * * *', beat, options)
  let seen = -1
  let cancel = () => {}
  const watch = () => {
    if (beats === seen) {
      void task.destroy()
      task = cron.schedule('* * * * * *', beat, options)
    }
    seen = beats
    cancel = clock.after(silenceMs, watch)
  }
  cancel = clock.after(silenceMs, watch)
  return async () => {
    cancel()
    await task.destroy()
  }
}
