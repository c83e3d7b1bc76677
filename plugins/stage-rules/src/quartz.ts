import { JobFailed } from '@penstock/core'
import type { LocalTime } from './time-zone.js'

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names for values, the first for `min`. */
  readonly names?: readonly string[]
}

const fields: readonly Field[] = [
  { name: 'seconds', min: 0, max: 59 },
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'day of week', min: 1, max: 7, names: weekdays },
  { name: 'year', min: 1970, max: 2199 },
]

type Test = (time: LocalTime) => boolean

/** Days and times at which something is allowed. */
export interface Window {
  contains(time: LocalTime): boolean
}

/**
 * A window from a Quartz expression of six or seven fields. A window is not an instant: seconds are not looked at, and
 * `0 0 9-17 ...` means the hours from 9 to 17 whole, not their first seconds.
 * Errors: JobFailed ConfigurationError naming the field.
 */
export function parseWindow(expression: string): Window {
  const texts = expression.trim().split(/\s+/)
  if (texts.length !== 6 && texts.length !== 7) {
    throw bad(
      `Cron '${expression}' has ${texts.length} fields, and must have six or seven: seconds minutes hours day-of-month month day-of-week [year]`,
    )
  }
  const [seconds = '*', minutes = '*', hours = '*', day = '*', month = '*', weekday = '*', year = '*'] = texts
  const wholeHours = seconds === '0' && minutes === '0'
  check(0, seconds)
  const tests: Test[] = [
    on(1, wholeHours ? '*' : minutes, (time) => time.minute),
    on(2, hours, (time) => time.hour),
    dayOfMonth(day),
    on(4, month, (time) => time.month),
    dayOfWeek(weekday),
    on(6, year, (time) => time.year),
  ]
  return { contains: (time) => tests.every((test) => test(time)) }
}

function on(index: number, text: string, read: (time: LocalTime) => number): Test {
  const allowed = check(index, text)
  return (time) => allowed.has(read(time))
}

const lastDay = ({ year, month }: LocalTime) => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** `L`, `L-3`, `15W` and `LW` besides the usual. */
function dayOfMonth(text: string): Test {
  const last = /^L(?:-(\d{1,2}))?$/.exec(text)
  if (last) return (time) => time.day === lastDay(time) - Number(last[1] ?? 0)
  if (text === 'LW') return (time) => time.day === nearestWeekday(time, lastDay(time))
  const near = /^(\d{1,2})W$/.exec(text)
  if (near) return (time) => time.day === nearestWeekday(time, Math.min(Number(near[1]), lastDay(time)))
  return on(3, text, (time) => time.day)
}

/** The weekday closest to a day, in the same month. */
function nearestWeekday(time: LocalTime, day: number): number {
  const weekday = new Date(Date.UTC(time.year, time.month - 1, day)).getUTCDay()
  if (weekday === 6) return day === 1 ? 3 : day - 1
  if (weekday === 0) return day === lastDay(time) ? day - 2 : day + 1
  return day
}

/** `6L` the last Friday, `6#3` the third, besides the usual. */
function dayOfWeek(text: string): Test {
  const last = /^(\w+)L$/.exec(text)
  if (last) {
    const wanted = value(fields[5] as Field, last[1] ?? '')
    return (time) => time.weekday === wanted && time.day + 7 > lastDay(time)
  }
  const nth = /^(\w+)#([1-5])$/.exec(text)
  if (nth) {
    const wanted = value(fields[5] as Field, nth[1] ?? '')
    return (time) => time.weekday === wanted && Math.ceil(time.day / 7) === Number(nth[2])
  }
  return on(5, text === 'L' ? '7' : text, (time) => time.weekday)
}

function check(index: number, text: string): Set<number> {
  const field = fields[index] as Field
  return new Set(text.split(',').flatMap((part) => range(field, part)))
}

/** One part of a list: a value, a range, everything, each with a step. */
function range(field: Field, part: string): number[] {
  const [span = '', stepText] = part.split('/')
  const every = span === '*' || span === '?'
  const [from = '', to] = span.split('-')
  const first = every ? field.min : value(field, from)
  const last = every || (stepText !== undefined && to === undefined) ? field.max : value(field, to ?? from)
  const step = stepText === undefined ? 1 : Number(stepText)
  if (!Number.isInteger(step) || step < 1)
    throw bad(`Cron: the step '${stepText}' of ${field.name} must be a whole number from 1 on`)
  const size = last >= first ? last - first : last - first + (field.max - field.min + 1) // FRI-MON, 22-2
  const width = field.max - field.min + 1
  return Array.from(
    { length: Math.floor(size / step) + 1 },
    (_, index) => field.min + ((first - field.min + index * step) % width),
  )
}

function value(field: Field, text: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1
  const number = named >= 0 ? named + field.min : /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= field.min && number <= field.max) return number
  throw bad(
    `Cron: '${text}' is no ${field.name}: it must be ${field.min} to ${field.max}${field.names ? ` or ${field.names[0]} to ${field.names.at(-1)}` : ''}`,
  )
}

function bad(message: string): JobFailed {
  return new JobFailed(message, 'ConfigurationError')
}
