import { type Clock, sleep } from '../domain/clock.js'
import { Fault } from '../domain/faults.js'

/** Milliseconds that the n-th failure in a row costs: nothing for the first two, then 1, 2, 4 ... 30 seconds. */
export function delayAfter(failures: number): number {
  return failures < 3 ? 0 : Math.min(30_000, 1000 * 2 ** (failures - 3))
}

/** How many failures in a row lock a user's name, and an address; and for how long after the last of them. */
export const lockAfter = { user: 20, address: 60 } as const
export const lockedMs = 15 * 60_000

/** Tries that wait for one name or address, and in all: more are refused at once. */
const longestLine = 8
const mostTries = 64
/** Names, addresses and pairs of both that are remembered: bounds the memory that a flood of names takes. */
const remembered = 10_000

interface Line {
  failures: number
  last: number
  waiting: number
  /** Settles when the try that came last is over. */
  tail: Promise<void>
}

/**
 * Slows down guessing and stops it: by user and by address, each on its own, so that neither many names nor many addresses
 * help. Tries of one user or address come one after another, in the order of their arrival, each after the delay that the
 * failures before it cost. Who signed in from an address before does not wait for what others do to the same name.
 */
export class SignInGate {
  private readonly lines = new Map<string, Line>()
  private readonly familiar = new Set<string>()
  private tries = 0

  constructor(private readonly clock: Clock) {}

  /**
   * Lets one try at a time through; `check` answers whether the password was right.
   * Errors: LimitExceededException for a locked name or address, or when too many tries wait; `check` is not asked then.
   */
  async pass<T>(userName: string, from: string, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const keys = this.keysOf(userName, from)
    this.refuseLocked(keys)
    const lines = keys.map((key) => this.line(key))
    if (this.tries >= mostTries || lines.some(({ waiting }) => waiting >= longestLine)) throw tooMany()
    const turn = Promise.all(lines.map(({ tail }) => tail))
    const done = this.enter(lines)
    try {
      await turn
      this.refuseLocked(keys)
      const wait = Math.max(...lines.map(({ failures, last }) => last + delayAfter(failures) - this.clock.now()))
      if (wait > 0) await sleep(this.clock, wait)
      const answer = await check()
      if (answer === undefined) this.failed(keys)
      else this.succeeded(keys, `${userName} from ${from}`)
      return answer
    } finally {
      done()
    }
  }

  /** Failures in a row of a name from an address, for the log. */
  failures(userName: string, from: string): number {
    return Math.max(...this.keysOf(userName, from).map((key) => this.lines.get(key)?.failures ?? 0))
  }

  private keysOf(userName: string, from: string): readonly string[] {
    const both = `${userName} from ${from}`
    return this.familiar.has(both) ? [`user ${both}`] : [`user ${userName}`, `from ${from}`]
  }

  private refuseLocked(keys: readonly string[]): void {
    for (const key of keys) {
      const limit = key.startsWith('user ') ? lockAfter.user : lockAfter.address
      const line = this.lines.get(key)
      if (line && line.failures >= limit && this.clock.now() - line.last < lockedMs) throw tooMany()
    }
  }

  /** The line of a name or an address; what is old is forgotten. */
  private line(key: string): Line {
    const now = this.clock.now()
    const known = this.lines.get(key)
    if (known && (known.waiting > 0 || now - known.last < lockedMs)) return known
    const line = { failures: 0, last: 0, waiting: 0, tail: Promise.resolve() }
    this.lines.delete(key)
    this.lines.set(key, line)
    return line
  }

  private enter(lines: readonly Line[]): () => void {
    let over = () => {}
    const tail = new Promise<void>((resolve) => {
      over = resolve
    })
    this.tries++
    for (const line of lines) {
      line.waiting++
      line.tail = tail
    }
    return () => {
      this.tries--
      for (const line of lines) line.waiting--
      this.forget()
      over()
    }
  }

  private failed(keys: readonly string[]): void {
    for (const key of keys) {
      const line = this.line(key)
      line.failures++
      line.last = this.clock.now()
    }
  }

  private succeeded(keys: readonly string[], both: string): void {
    for (const key of keys) this.line(key).failures = 0
    this.familiar.delete(both)
    this.familiar.add(both)
  }

  private forget(): void {
    for (const [key, { waiting, failures }] of this.lines) {
      if (failures > 0 && this.lines.size <= remembered) break
      if (waiting === 0) this.lines.delete(key)
    }
    for (const both of this.familiar) {
      if (this.familiar.size <= remembered) break
      this.familiar.delete(both)
    }
  }
}

function tooMany(): Fault {
  const minutes = lockedMs / 60_000
  return new Fault(
    'LimitExceededException',
    `Too many wrong passwords were given for this user or from this address: try again in ${minutes} minutes`,
  )
}
