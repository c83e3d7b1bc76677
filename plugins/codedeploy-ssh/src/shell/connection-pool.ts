/** Connections that wait for their next deployment: logging in costs more than sending little. */
import type { Clock } from '@penstock/core'
import type { Connection } from './connection.js'

export interface PoolLimits {
  /** Milliseconds that a connection waits; 0 keeps none. */
  readonly idle: number
  /** Connections that wait at the same time; the oldest goes first. */
  readonly size: number
}

interface Waiting {
  readonly key: string
  readonly connection: Connection
  readonly cancel: () => void
}

/** Each connection is with one user at a time. A key stands for everything that decided over the login. */
export class ConnectionPool {
  private readonly waiting = new Set<Waiting>()
  private closed = false

  constructor(private readonly limits: PoolLimits) {}

  /** The latest that was given back under the key and is not known to be lost. */
  take(key: string): Connection | undefined {
    const found = [...this.waiting].findLast((candidate) => candidate.key === key)
    if (found === undefined) return undefined
    this.forget(found)
    return found.connection.isOpen ? found.connection : this.take(key)
  }

  /** Keeps a connection, or ends it. */
  give(key: string, connection: Connection, clock: Clock): void {
    if (this.closed || this.limits.idle === 0 || !connection.isOpen) {
      connection.end()
      return
    }
    const waiting: Waiting = {
      key,
      connection,
      cancel: clock.after(this.limits.idle, () => this.drop(waiting)),
    }
    this.waiting.add(waiting)
    connection.onceClosed(() => this.forget(waiting))
    for (const oldest of this.waiting) {
      if (this.waiting.size <= this.limits.size) break
      this.drop(oldest)
    }
  }

  /** Ends all that wait, and from now on whatever is given back. */
  close(): void {
    this.closed = true
    for (const waiting of [...this.waiting]) this.drop(waiting)
  }

  private drop(waiting: Waiting): void {
    this.forget(waiting)
    waiting.connection.end()
  }

  private forget(waiting: Waiting): void {
    waiting.cancel()
    this.waiting.delete(waiting)
  }
}
