import type { Clock } from '@penstock/core'

interface Entry {
  readonly at: number
  readonly order: number
  readonly what: string
  readonly run: () => Promise<void>
}

/** Simulated time: a clock, and what is to happen when. One thing at a time, in order. */
export class Agenda implements Clock {
  private time = Date.UTC(2024, 0, 1)
  private order = 0
  private entries: Entry[] = []

  now(): number {
    return this.time
  }

  after(ms: number, wake: () => void): () => void {
    const entry = this.add(ms, 'timer', async () => wake())
    return () => {
      this.entries = this.entries.filter((one) => one !== entry)
    }
  }

  /** Notes something down for `ms` from now. */
  add(ms: number, what: string, run: () => Promise<void>): Entry {
    const entry = { at: this.time + Math.max(0, Math.round(ms)), order: this.order++, what, run }
    this.entries.push(entry)
    return entry
  }

  /** Does the next thing; false when there is none. */
  async step(): Promise<string | undefined> {
    const next = this.entries.reduce<Entry | undefined>(
      (first, one) => (first && (first.at < one.at || (first.at === one.at && first.order < one.order)) ? first : one),
      undefined,
    )
    if (!next) return undefined
    this.entries.splice(this.entries.indexOf(next), 1)
    this.time = Math.max(this.time, next.at)
    await next.run()
    return next.what
  }

  get length(): number {
    return this.entries.length
  }
}
