import type { Site } from '../site.js'
import { LogIndex } from './log-index.js'

/** Indexes of the logs that were looked at last; each is some kilobytes. */
const most = 100

/** The indexes of one server's logs. */
export class LogCache {
  private readonly indexes = new Map<string, LogIndex>()

  constructor(private readonly site: Site) {}

  /** The log's index, read up to its present end; undefined when the action has no log. */
  async get(actionExecutionId: string): Promise<LogIndex | undefined> {
    const { logs } = this.site.server
    if ((await logs.size(actionExecutionId)) === undefined) return undefined
    const index =
      this.indexes.get(actionExecutionId) ?? new LogIndex((from, limit) => logs.read(actionExecutionId, from, limit))
    this.indexes.delete(actionExecutionId)
    this.indexes.set(actionExecutionId, index)
    const oldest = this.indexes.size > most ? this.indexes.keys().next().value : undefined
    if (oldest !== undefined) this.indexes.delete(oldest)
    await index.advance()
    return index
  }
}
