import type { Site } from '../site.js'
import { LogCache } from './log-cache.js'
import type { LogLine } from './log-index.js'

/** The lines of a log that say why it failed. */
export interface Excerpt {
  readonly lines: readonly LogLine[]
  /** The number of the line that the reader should look at: the first that reads like an error, else the last. */
  readonly marked: number
}

const shown = 8
/** How far from the end an error is looked for. */
const lookedAt = 40
const telling = /\b(error|fail(ed|ure)?|fatal|exception|panic|expected|assert\w*|cannot|not found|denied)\b/i

const caches = new WeakMap<Site, LogCache>()

/** The site's indexes of logs; made when first asked for. */
export function logCacheOf(site: Site): LogCache {
  const found = caches.get(site) ?? new LogCache(site)
  caches.set(site, found)
  return found
}

/** Of a log's last lines those around the first that reads like an error; undefined without a log. */
export async function excerptOf(site: Site, actionExecutionId: string): Promise<Excerpt | undefined> {
  const index = await logCacheOf(site).get(actionExecutionId)
  if (!index || index.lines === 0) return undefined
  const tail = await index.slice(Math.max(1, index.lines - lookedAt + 1), lookedAt)
  const red = tail.findIndex(({ text }) => telling.test(text))
  const end = red < 0 ? tail.length : Math.min(tail.length, Math.max(red + shown / 2, shown))
  const lines = tail.slice(Math.max(0, end - shown), end)
  return { lines, marked: (red < 0 ? tail.at(-1) : tail[red])?.number ?? index.lines }
}
