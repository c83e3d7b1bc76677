/** Five-field cron lines: minute, hour, day of month, month, day of week; Jenkins' `H`, aliases and `TZ=`; several lines. */
import type { CronExpression } from 'cron-parser'
import { aliases, cronFields, expandField } from './cron-fields.js'
import { type Repeated, type WallClock, wallClock } from './wall-clock.js'

export interface Schedule {
  /** As it was written. */
  readonly text: string
  /** The first time after `after` at which it fires; epoch milliseconds. */
  next(after: number): number
}

/** A schedule that cannot be used; the message says which line and field, and what would be right. */
export class InvalidSchedule extends Error {
  override readonly name = 'InvalidSchedule'
}

const minute = 60_000
/** The longest gap of a line that does fire: 29 February, over a century that is no leap year. */
const longestGap = 9 * 366 * 24 * 60 * minute
const remedy = 'more than one time is written as a list, 0 9,17 * * *, or as several lines'

/**
 * Reads a schedule: one cron line or several, of which whichever comes first fires. Lines that begin with `#` say
 * nothing; `TZ=Europe/Berlin`, alone or before a line, is the time zone from there on. `seed` decides what `H` is: the
 * same seed, the same times. As in ISC cron, what falls into the hour that clocks skip is done once right after it, and
 * what is repeated is done once; lines for every hour go by the time that passes.
 * Errors: InvalidSchedule, also for a line that never fires, such as `0 0 31 2 *`, and an unknown time zone.
 * @example
 * parseSchedule('H/15 9-17 * * MON-FRI', { timezone: 'Europe/Berlin', seed: 'my-pipeline/Source' }).next(Date.now())
 */
export function parseSchedule(
  text: string,
  options: { readonly timezone?: string; readonly seed?: string } = {},
): Schedule {
  let timezone = options.timezone ?? 'UTC'
  const lines: ((after: number) => number)[] = []
  for (const written of text.split('\n')) {
    const line = written.trim().replace(/\s+/g, ' ')
    if (line === '' || line.startsWith('#')) continue
    const [, zone, rest = ''] = /^TZ=(\S*) ?(.*)$/.exec(line) ?? [undefined, undefined, line]
    timezone = zone ?? timezone
    const clock = clockOf(line, timezone)
    if (rest !== '') lines.push(readLine(rest, clock, options.seed ?? ''))
  }
  if (lines.length === 0)
    throw new InvalidSchedule(`schedule '${text}' has no line: write one such as H/5 * * * * or @hourly`)
  return { text, next: (after) => Math.min(...lines.map((next) => next(after))) }
}

function readLine(line: string, clock: WallClock, seed: string): (after: number) => number {
  // The default: spares loading the cron parser, and holds in every time zone.
  if (line === '* * * * *') return (after) => (Math.floor(after / minute) + 1) * minute
  const fields = split(line)
  let expanded: string
  try {
    expanded = fields.map((field, index) => expandField(field, index, seed)).join(' ')
  } catch (error) {
    throw new InvalidSchedule(`schedule '${line}': ${(error as Error).message}`)
  }
  const onTheWall = wallTimes(expanded)
  if (attempt(line, () => onTheWall(0)) > longestGap) throw neverFires(line)
  const periodic = /^\S+ \*(\/1)? /.test(expanded)
  return (after) => (periodic ? nextPeriodic(clock, onTheWall, after) : nextFixed(clock, onTheWall, after))
}

function split(line: string): string[] {
  const meant = line.startsWith('@') ? aliases[line.toLowerCase()] : line
  if (meant === undefined) throw new InvalidSchedule(`schedule '${line}': known are ${Object.keys(aliases).join(', ')}`)
  const fields = meant.split(' ')
  if (fields.length === 5) return fields
  throw new InvalidSchedule(
    `schedule '${line}' has ${fields.length} fields, but must have five: ${cronFields.map((field) => field.name).join(', ')} (there are no seconds; ${remedy})`,
  )
}

type NextWallTime = (after: number) => number

/** A time of the day: once, also where the wall shows it twice; right after the gap, where it is not shown at all. */
function nextFixed(clock: WallClock, onTheWall: NextWallTime, after: number): number {
  const repeated = clock.repeats(after)
  let wall = onTheWall(repeated === undefined ? clock.at(after) : repeated.to - 1)
  for (;;) {
    const { found, resumes } = clock.instants(wall)
    const at = found[0] ?? resumes
    if (at !== undefined && at > after) return at
    wall = onTheWall(wall)
  }
}

/** Every hour: both times that the wall shows it, and never when it does not. */
function nextPeriodic(clock: WallClock, onTheWall: NextWallTime, after: number): number {
  const back = clock.goesBack(after)
  const again = back && secondTime(back, onTheWall(back.from - 1))
  for (let wall = onTheWall(clock.at(after)); ; wall = onTheWall(wall)) {
    const at = clock.instants(wall).found.find((instant) => instant > after)
    if (at !== undefined) return Math.min(at, again ?? at)
  }
}

function secondTime({ instant, from, to }: Repeated, wall: number): number | undefined {
  return wall < to ? instant + wall - from : undefined
}

/** The cron parser knows nothing of time zones here: what it takes for UTC are wall times. */
function wallTimes(line: string): NextWallTime {
  let parsed: CronExpression | undefined
  return (after) => {
    const { CronExpressionParser } = require('cron-parser') as typeof import('cron-parser')
    parsed ??= CronExpressionParser.parse(line, { tz: 'UTC' })
    parsed.reset(new Date(after))
    return parsed.next().getTime()
  }
}

function attempt(line: string, next: () => number): number {
  try {
    return next()
  } catch (error) {
    const words = (error as Error).message
    if (/explicit day of month|loop limit|out of the time span/i.test(words)) throw neverFires(line)
    throw new InvalidSchedule(`schedule '${line}': ${words}`)
  }
}

function neverFires(line: string): InvalidSchedule {
  return new InvalidSchedule(`schedule '${line}' never fires: no month that it names has that day`)
}

const clocks = new Map<string, WallClock>()

function clockOf(line: string, timezone: string): WallClock {
  try {
    const clock = clocks.get(timezone) ?? wallClock(timezone)
    clocks.set(timezone, clock)
    return clock
  } catch {
    throw new InvalidSchedule(
      `schedule '${line}': time zone '${timezone}' is not known; use one such as UTC or Europe/Berlin`,
    )
  }
}
