/** Five-field cron lines: minute, hour, day of month, month, day of week; Jenkins' `H` and aliases; a time zone. */
import { aliases, cronFields, expandField } from './hashed-fields.js'

export interface Schedule {
  /** As it was written. */
  readonly text: string
  /** The first time after `after` at which it fires; epoch milliseconds. */
  next(after: number): number
}

/** A cron line that cannot be used; the message says which field and what would be right. */
export class InvalidSchedule extends Error {
  override readonly name = 'InvalidSchedule'
}

const minute = 60_000
/** The longest gap of a line that does fire: 29 February, over a century that is no leap year. */
const longestGap = 9 * 366 * 24 * 60 * minute

/**
 * Reads a cron line. `seed` decides what `H` is: the same seed, the same times.
 * Errors: InvalidSchedule, also for a line that never fires, such as `0 0 31 2 *`, and an unknown time zone.
 * @example
 * parseSchedule('H/15 9-17 * * MON-FRI', { timezone: 'Europe/Berlin', seed: 'my-pipeline/Source' }).next(Date.now())
 */
export function parseSchedule(
  text: string,
  options: { readonly timezone?: string; readonly seed?: string } = {},
): Schedule {
  const timezone = options.timezone ?? 'UTC'
  const line = text.trim().replace(/\s+/g, ' ')
  if (line === '* * * * *') return everyMinute(text) // the default: spares loading the cron parser
  checkTimezone(text, timezone)
  const fields = split(line)
  let expanded: string
  try {
    expanded = fields.map((field, index) => expandField(field, index, options.seed ?? '')).join(' ')
  } catch (error) {
    throw new InvalidSchedule(`schedule '${text}': ${(error as Error).message}`)
  }
  const next = (after: number) => nextTime(expanded, timezone, after)
  const sample = attempt(text, () => next(0))
  if (sample > longestGap) throw neverFires(text)
  return { text, next }
}

function everyMinute(text: string): Schedule {
  return { text, next: (after) => (Math.floor(after / minute) + 1) * minute }
}

function split(line: string): string[] {
  const meant = line.startsWith('@') ? aliases[line.toLowerCase()] : line
  if (meant === undefined) throw new InvalidSchedule(`schedule '${line}': known are ${Object.keys(aliases).join(', ')}`)
  const fields = meant.split(' ')
  if (fields.length === 5) return fields
  throw new InvalidSchedule(
    `schedule '${line}' has ${fields.length} fields, but must have five: ${cronFields.map((field) => field.name).join(', ')} (there are no seconds)`,
  )
}

function nextTime(line: string, timezone: string, after: number): number {
  const { CronExpressionParser } = require('cron-parser') as typeof import('cron-parser')
  return CronExpressionParser.parse(line, { tz: timezone, currentDate: new Date(after) })
    .next()
    .getTime()
}

function attempt(text: string, next: () => number): number {
  try {
    return next()
  } catch (error) {
    const words = (error as Error).message
    if (/explicit day of month|loop limit|out of the time span/i.test(words)) throw neverFires(text)
    throw new InvalidSchedule(`schedule '${text}': ${words}`)
  }
}

function neverFires(text: string): InvalidSchedule {
  return new InvalidSchedule(`schedule '${text}' never fires: no month that it names has that day`)
}

function checkTimezone(text: string, timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    throw new InvalidSchedule(
      `schedule '${text}': time zone '${timezone}' is not known; use one such as UTC or Europe/Berlin`,
    )
  }
}
