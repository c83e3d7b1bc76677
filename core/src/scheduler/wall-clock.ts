/** What the clocks on the wall show in a time zone, and the nights on which they skip or repeat something. */

const hour = 60 * 60_000
/** The largest step of any zone's clocks (whole days at the date line) lies within this. */
const widest = 26 * hour

/** One time zone's clocks. Wall times are milliseconds as if the wall clock were in UTC. */
export interface WallClock {
  /** What the wall shows at an instant. */
  at(instant: number): number
  /**
   * When the wall shows this: one instant, two where clocks go back, the earlier first. None where they skip it: then
   * `resumes` is the instant at which they have skipped.
   */
  instants(wall: number): { readonly found: readonly number[]; readonly resumes?: number }
  /** The next instant after `after`, within a day and two hours, at which clocks go back; what they repeat begins with the wall time `from` and ends before `to`. */
  goesBack(after: number): Repeated | undefined
  /** The stretch that is being shown for the second time at an instant. */
  repeats(instant: number): Repeated | undefined
}

export interface Repeated {
  readonly instant: number
  /** Wall times. */
  readonly from: number
  readonly to: number
}

/** Errors: RangeError for a zone that is not known. */
export function wallClock(timezone: string): WallClock {
  const offset = offsets(timezone)
  /** The first instant after `from` with another offset than `from` has; there is one up to `to`. */
  const change = (from: number, to: number): number => {
    const before = offset(from)
    let [low, high] = [from, to]
    // Quarters are enough, and each is asked for once.
    ;[low, high] = [Math.floor(low / quarter) * quarter, Math.ceil(high / quarter) * quarter]
    while (high - low > quarter) {
      const middle = Math.floor((low + high) / (2 * quarter)) * quarter
      if (offset(middle) === before) low = middle
      else high = middle
    }
    return high
  }
  const backwards = (from: number, to: number): Repeated | undefined => {
    if (offset(to) >= offset(from)) return undefined
    const instant = change(from, to)
    return { instant, from: instant + offset(to), to: instant + offset(from) }
  }
  return {
    at: (instant) => instant + offset(instant),
    instants(wall) {
      const [before, after] = [offset(wall - widest), offset(wall + widest)]
      const found = [...new Set([wall - before, wall - after])].filter((at) => at + offset(at) === wall)
      if (found.length > 0) return { found: found.sort((a, b) => a - b) }
      return { found, resumes: change(wall - widest, wall + widest) }
    },
    goesBack: (after) => backwards(after, after + widest),
    repeats(instant) {
      const stretch = backwards(instant - widest, instant)
      return stretch !== undefined && instant + offset(instant) < stretch.to ? stretch : undefined
    },
  }
}

/** Since 1973 all zones have changed their clocks at full quarters of an hour. */
const quarter = 15 * 60_000
const remembered = 1_000

/** Milliseconds that a zone's wall clock is ahead of UTC at an instant. */
function offsets(timezone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  if (timezone === 'UTC') return () => 0
  const known = new Map<number, number>()
  return (instant) => {
    const start = Math.floor(instant / quarter)
    const found = known.get(start) ?? read(format, start * quarter)
    if (known.size >= remembered) known.clear()
    known.set(start, found)
    return found
  }
}

/** `1/1/2026, GMT+10:30`, and `GMT` alone for none. */
function read(format: Intl.DateTimeFormat, instant: number): number {
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(instant)) ?? []
  const ahead = Number(hours ?? 0) * hour + Number(minutes ?? 0) * 60_000
  return sign === '-' ? -ahead : ahead
}
