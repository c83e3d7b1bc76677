import type { Clock, Logger } from '@penstock/core'
import type { Uploads } from './uploads.js'

const hour = 3_600_000

/** Throws away, now and every hour, uploads that were begun more than `hours` ago. The answer ends it. */
export function expireUploads(uploads: Uploads, hours: number, clock: Clock, log: Logger): () => void {
  let cancel = () => {}
  let stopped = false
  const look = async () => {
    try {
      const expired = await uploads.expire(clock.now() - hours * hour)
      if (expired > 0) log.info('Unfinished multipart uploads were thrown away', { expired })
    } catch (error) {
      log.warn('Unfinished multipart uploads could not be looked through', { error: String(error) })
    }
    if (!stopped) cancel = clock.after(hour, () => void look())
  }
  void look()
  return () => {
    stopped = true
    cancel()
  }
}
