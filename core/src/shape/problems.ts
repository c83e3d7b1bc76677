import { Fault } from '../domain/faults.js'
import type { TextShape } from './shape.js'

/**
 * Where a check stands and what it has found so far. Values are never quoted: CodePipeline does not, and so nothing
 * secret can get out.
 */
export class Findings {
  private readonly trail: (string | number)[] = []
  private depth = 0
  private problems: string[] | undefined

  enter(step: string | number): void {
    this.trail[this.depth++] = step
  }

  leave(): void {
    this.depth--
  }

  /** `pipeline.stages.1.member.name`: lists count from 1. */
  place(): string {
    return this.trail.slice(0, this.depth).join('.')
  }

  add(constraint: string): void {
    this.problems ??= []
    this.problems.push(`Value at '${this.place()}' failed to satisfy constraint: ${constraint}`)
  }

  /** Errors: ValidationException, with every problem found. */
  throwIfAny(): void {
    const found = this.problems
    if (!found) return
    const count = found.length === 1 ? '1 validation error' : `${found.length} validation errors`
    throw new Fault('ValidationException', `${count} detected: ${shorten(found)}`)
  }
}

/** An answer is read by people: after this many problems only their number is told. */
const mostTold = 50

function shorten(found: readonly string[]): string {
  if (found.length <= mostTold) return found.join('; ')
  return `${found.slice(0, mostTold).join('; ')}; and ${found.length - mostTold} more`
}

export const notNull = 'Member must not be null'
export const atMostLong = (max: number) => `Member must have length less than or equal to ${max}`
export const atLeastLong = (min: number) => `Member must have length greater than or equal to ${min}`
export const atMost = (max: number) => `Member must have value less than or equal to ${max}`
export const atLeast = (min: number) => `Member must have value greater than or equal to ${min}`
export const matches = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`
export const oneOfSet = (values: readonly string[]) => `Member must satisfy enum value set: [${values.join(', ')}]`

/** All of a text's constraints, as CodePipeline lists them for the keys and values of maps and for members of lists. */
export function allConstraints(shape: TextShape): string {
  const all: string[] = []
  if (shape.max !== undefined) all.push(atMostLong(shape.max))
  if (shape.min !== undefined) all.push(atLeastLong(shape.min))
  if (shape.pattern !== undefined) all.push(matches(shape.pattern))
  if (shape.values !== undefined) all.push(oneOfSet(shape.values))
  return `[${all.join(', ')}]`
}

/** The value is of another type than the model's: the request could not be read at all. */
export function wrongType(value: unknown, wanted: string, findings: Findings): Fault {
  const place = findings.place()
  return new Fault(
    'SerializationException',
    `${tokenOf(value)} can not be converted to ${wanted}${place ? ` at '${place}'` : ''}`,
  )
}

function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE'
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE'
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
  if (value === null) return 'NULL_VALUE'
  return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT'
}
