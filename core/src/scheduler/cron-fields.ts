/** The fields of a cron line: their bounds, Jenkins' `H`, and values that are listed twice. */
import { createHash } from 'node:crypto'

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  /** Up to where `H` goes: days of the month stop at 28, which every month has. */
  readonly hashMost: number
  /** Names of values, from `least` on. */
  readonly names?: readonly string[]
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

export const cronFields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, hashMost: 59 },
  { name: 'hour', least: 0, most: 23, hashMost: 23 },
  { name: 'day of month', least: 1, most: 31, hashMost: 28 },
  { name: 'month', least: 1, most: 12, hashMost: 12, names: months },
  { name: 'day of week', least: 0, most: 7, hashMost: 6, names: weekdays },
]

/** `@hourly` and the like as Jenkins has them: spread by `H`, so that not everybody comes at full hour. */
export const aliases: Readonly<Record<string, string>> = {
  '@yearly': 'H H H H *',
  '@annually': 'H H H H *',
  '@monthly': 'H H H * *',
  '@weekly': 'H H * * H',
  '@daily': 'H H * * *',
  '@midnight': 'H H(0-2) * * *',
  '@hourly': 'H * * * *',
}

/**
 * One field of a cron line with every `H`, `H/15`, `H(0-29)` and `H(0-29)/10` replaced, and each value once: cron takes
 * `1,2,1` and `1-3,2`. What is not understood here is left to the cron parser. Errors: Error saying what is wrong.
 */
export function expandField(text: string, index: number, seed: string): string {
  const field = cronFields[index]
  if (!field) throw new RangeError(`a cron line has no field ${index}`)
  const parts = text
    .split(',')
    .map((part) => (part.startsWith('H') ? expandHash(part, field, hash(`${seed} ${index}`)) : part))
  return parts.length === 1 ? String(parts[0]) : (eachOnce(parts, field) ?? parts.join(','))
}

function expandHash(part: string, field: Field, dice: number): string {
  const found = /^H(?:\((\d+)-(\d+)\))?(?:\/(\d+))?$/.exec(part)
  if (!found) throw new Error(`${field.name} '${part}' is not understood: H, H/15, H(0-29) and H(0-29)/10 are`)
  const from = Number(found[1] ?? field.least)
  const to = Number(found[2] ?? field.hashMost)
  if (from < field.least || to > field.most || from > to) {
    throw new Error(`${field.name} '${part}' must lie within ${field.least}-${field.most}`)
  }
  if (found[3] === undefined) return String(from + (dice % (to - from + 1)))
  const step = Number(found[3])
  if (step < 1 || step > to - from + 1)
    throw new Error(`${field.name} '${part}': the step must be 1 to ${to - from + 1}`)
  return `${from + (dice % step)}-${to}/${step}`
}

/** All values of a list, sorted; `undefined` when a part is anything but `*`, a value or a range, with or without a step. */
function eachOnce(parts: readonly string[], field: Field): string | undefined {
  const values = new Set<number>()
  for (const part of parts) {
    const found = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part)
    if (!found) return undefined
    const [, star, first = '', last, by] = found
    const from = star ? field.least : readValue(first, field)
    const to = star ? field.most : last === undefined ? (by === undefined ? from : field.most) : readValue(last, field)
    const step = Number(by ?? 1)
    if (from === undefined || to === undefined || from > to || to > field.most || from < field.least || step < 1)
      return undefined
    for (let value = from; value <= to; value += step) values.add(isSunday(value, field) ? 0 : value)
  }
  return [...values].sort((a, b) => a - b).join(',')
}

function isSunday(value: number, { names }: Field): boolean {
  return names === weekdays && value === 7
}

function readValue(text: string, { names, least }: Field): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const at = names?.indexOf(text.toUpperCase()) ?? -1
  return at < 0 ? undefined : at + least
}

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0)
}
