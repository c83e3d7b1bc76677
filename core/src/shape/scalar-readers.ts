/** Readers of single values, and the test of a text that lists and maps share. */
import { isDate } from 'node:util/types'
import { atLeast, atLeastLong, atMost, atMostLong, type Findings, matches, oneOfSet, wrongType } from './problems.js'
import type { IntegerShape, TextShape } from './shape.js'

/** Checks a value where `findings` stands, and answers it as the engine wants it. Errors: SerializationException. */
export type Reader = (value: unknown, findings: Findings) => unknown

/** No pattern of the model bounds its own length; beyond this no ARN, name or token is meant seriously. */
const longestMatched = 16_384

/** Compiles a text's constraints into one that tells whether all hold. */
export function textTest(shape: TextShape): (value: string) => boolean {
  const { min = 0, max = Number.POSITIVE_INFINITY } = shape
  if (shape.values) {
    const allowed = new Set(shape.values)
    return (value) => allowed.has(value)
  }
  if (shape.pattern === undefined) return (value) => value.length >= min && value.length <= max
  const fits = patternTest(shape.pattern)
  return (value) => value.length >= min && value.length <= max && fits(value)
}

function patternTest(pattern: string): (value: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`)
  return (value) => value.length <= longestMatched && whole.test(value)
}

export function textReader(shape: TextShape): Reader {
  const holds = textTest(shape)
  const fits = shape.pattern === undefined ? () => true : patternTest(shape.pattern)
  return (value, findings) => {
    if (typeof value !== 'string') throw wrongType(value, 'a String', findings)
    if (holds(value)) return value
    if (shape.values) findings.add(oneOfSet(shape.values))
    if (shape.max !== undefined && value.length > shape.max) findings.add(atMostLong(shape.max))
    if (shape.min !== undefined && value.length < shape.min) findings.add(atLeastLong(shape.min))
    if (shape.pattern !== undefined && !fits(value)) findings.add(matches(shape.pattern))
    return value
  }
}

export function integerReader({ min, max }: IntegerShape): Reader {
  return (value, findings) => {
    if (typeof value !== 'number' || (value | 0) !== value) throw wrongType(value, 'an Integer', findings)
    if (max !== undefined && value > max) findings.add(atMost(max))
    if (min !== undefined && value < min) findings.add(atLeast(min))
    return value
  }
}

export const booleanReader: Reader = (value, findings) => {
  if (typeof value !== 'boolean') throw wrongType(value, 'a Boolean', findings)
  return value
}

/** Seconds from the wire; a caller in this process has a Date. */
export const timestampReader: Reader = (value, findings) => {
  if (isDate(value) && !Number.isNaN(value.getTime())) return value
  if (typeof value !== 'number') throw wrongType(value, 'a Timestamp', findings)
  const date = new Date(Math.round(value * 1000))
  if (Number.isNaN(date.getTime())) throw wrongType(value, 'a Timestamp', findings)
  return date
}
