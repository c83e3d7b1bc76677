/** Jenkins' `H` in cron lines: "some" minute, hour or day, always the same for one job, different ones for different jobs. */
import { createHash } from 'node:crypto'

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  /** Up to where `H` goes: days of the month stop at 28, which every month has. */
  readonly hashMost: number
}

export const cronFields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, hashMost: 59 },
  { name: 'hour', least: 0, most: 23, hashMost: 23 },
  { name: 'day of month', least: 1, most: 31, hashMost: 28 },
  { name: 'month', least: 1, most: 12, hashMost: 12 },
  { name: 'day of week', least: 0, most: 7, hashMost: 6 },
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

/** One field of a cron line with every `H`, `H/15`, `H(0-29)` and `H(0-29)/10` replaced. Errors: Error saying what is wrong. */
export function expandField(text: string, index: number, seed: string): string {
  const field = cronFields[index]
  if (!field) throw new RangeError(`a cron line has no field ${index}`)
  return text
    .split(',')
    .map((part) => (part.startsWith('H') ? expandPart(part, field, hash(`${seed} ${index}`)) : part))
    .join(',')
}

function expandPart(part: string, field: Field, dice: number): string {
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

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0)
}
