/**
 * Turns shapes into functions that check a parsed JSON value and clean it where it is: members that the model does not
 * know are removed, `null` counts as absent, timestamps become Dates. Nothing is copied: a pipeline of fifty actions is read
 * in less time than it was parsed in.
 */
import {
  allConstraints,
  atLeast,
  atLeastLong,
  atMost,
  atMostLong,
  Findings,
  matches,
  notNull,
  oneOfSet,
  wrongType,
} from './problems.js'
import type { InputOf, IntegerShape, ListShape, MapShape, Shape, StructureShape, TextShape } from './shape.js'

type Reader = (value: unknown, findings: Findings) => unknown

/** A shape is compiled once, however many structures share it. */
const compiled = new WeakMap<Shape, Reader>()

/**
 * Reads one request's input, which is the reader's from now on.
 * Errors: SerializationException where a type is wrong, ValidationException with everything else that is.
 */
export function read<S extends Shape>(shape: S, value: unknown): InputOf<S> {
  const findings = new Findings()
  const result = readerOf(shape)(value, findings)
  findings.throwIfAny()
  return result as InputOf<S>
}

function readerOf(shape: Shape): Reader {
  const known = compiled.get(shape)
  if (known) return known
  const reader = compile(shape)
  compiled.set(shape, reader)
  return reader
}

function compile(shape: Shape): Reader {
  switch (shape.kind) {
    case 'text':
      return textReader(shape)
    case 'integer':
      return integerReader(shape)
    case 'boolean':
      return booleanReader
    case 'timestamp':
      return timestampReader
    case 'list':
      return listReader(shape)
    case 'map':
      return mapReader(shape)
    case 'structure':
      return structureReader(shape)
  }
}

/** No pattern of the model bounds its own length; beyond this no ARN, name or token is meant seriously. */
const longestMatched = 16_384

/** Compiles a text's constraints into one that tells whether all hold. */
function textTest(shape: TextShape): (value: string) => boolean {
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

function textReader(shape: TextShape): Reader {
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

function integerReader({ min, max }: IntegerShape): Reader {
  return (value, findings) => {
    if (typeof value !== 'number' || (value | 0) !== value) throw wrongType(value, 'an Integer', findings)
    if (max !== undefined && value > max) findings.add(atMost(max))
    if (min !== undefined && value < min) findings.add(atLeast(min))
    return value
  }
}

const booleanReader: Reader = (value, findings) => {
  if (typeof value !== 'boolean') throw wrongType(value, 'a Boolean', findings)
  return value
}

const timestampReader: Reader = (value, findings) => {
  if (typeof value !== 'number') throw wrongType(value, 'a Timestamp', findings)
  const date = new Date(Math.round(value * 1000))
  if (Number.isNaN(date.getTime())) throw wrongType(value, 'a Timestamp', findings)
  return date
}

function checkSize(size: number, { min, max }: { min?: number; max?: number }, findings: Findings): void {
  if (max !== undefined && size > max) findings.add(atMostLong(max))
  if (min !== undefined && size < min) findings.add(atLeastLong(min))
}

function listReader(shape: ListShape): Reader {
  const readMember = shape.member.kind === 'text' ? textMembers(shape.member) : eachMember(shape.member)
  return (value, findings) => {
    if (!Array.isArray(value)) throw wrongType(value, 'a List', findings)
    checkSize(value.length, shape, findings)
    return readMember(value, findings)
  }
}

/** A list of structures: each problem has a place of its own. */
function eachMember(member: Shape): (items: unknown[], findings: Findings) => unknown[] {
  const readItem = readerOf(member)
  return (items, findings) => {
    for (let i = 0; i < items.length; i++) {
      const item = items[i]
      findings.enter(i + 1)
      findings.enter('member')
      if (item == null) findings.add(notNull)
      else items[i] = readItem(item, findings)
      findings.leave()
      findings.leave()
    }
    return items
  }
}

/** A list of texts: CodePipeline names the list, once, and all that its members must be. */
function textMembers(member: TextShape): (items: unknown[], findings: Findings) => unknown[] {
  const holds = textTest(member)
  const constraint = `Member must satisfy constraint: ${allConstraints(member)}`
  return (items, findings) => {
    let good = true
    for (const item of items) {
      if (typeof item === 'string') good &&= holds(item)
      else if (item === null) good = false
      else throw wrongType(item, 'a String', findings)
    }
    if (!good) findings.add(constraint)
    return items
  }
}

function mapReader(shape: MapShape): Reader {
  const keyHolds = textTest(shape.key)
  const keyConstraint = `Map keys must satisfy constraint: ${allConstraints(shape.key)}`
  const readValues = shape.value.kind === 'text' ? textValues(shape.value) : eachValue(shape.value)
  return (value, findings) => {
    const source = objectOf(value, 'a Map', findings)
    const names = Object.keys(source)
    checkSize(names.length, shape, findings)
    if (!names.every(keyHolds)) findings.add(keyConstraint)
    readValues(source, names, findings)
    return source
  }
}

type ValuesReader = (source: Source, names: readonly string[], findings: Findings) => void

function textValues(shape: TextShape): ValuesReader {
  const holds = textTest(shape)
  const constraint = `Map value must satisfy constraint: ${allConstraints(shape)}`
  return (source, names, findings) => {
    let good = true
    for (const name of names) {
      const value = source[name]
      if (typeof value === 'string') good &&= holds(value)
      else if (value === null) good = false
      else throw wrongType(value, 'a String', findings)
    }
    if (!good) findings.add(constraint)
  }
}

function eachValue(shape: Shape): ValuesReader {
  const readItem = readerOf(shape)
  return (source, names, findings) => {
    for (const name of names) {
      const value = source[name]
      findings.enter(name)
      findings.enter('member')
      if (value == null) findings.add(notNull)
      else replace(source, name, value, readItem(value, findings))
      findings.leave()
      findings.leave()
    }
  }
}

interface Member {
  readonly read: Reader
  readonly required: boolean
}

function structureReader(shape: StructureShape): Reader {
  const members = new Map<string, Member>()
  for (const [name, member] of Object.entries(shape.required)) {
    members.set(name, { read: readerOf(member), required: true })
  }
  for (const [name, member] of Object.entries(shape.optional)) {
    members.set(name, { read: readerOf(member), required: false })
  }
  const required = Object.keys(shape.required)
  return (value, findings) => {
    const source = objectOf(value, 'a Structure', findings)
    let missing = required.length
    for (const name of Object.keys(source)) {
      const member = members.get(name)
      const given = source[name]
      if (member === undefined || given == null) {
        delete source[name]
        continue
      }
      if (member.required) missing--
      findings.enter(name)
      replace(source, name, given, member.read(given, findings))
      findings.leave()
    }
    if (missing > 0) tellMissing(required, source, findings)
    return source
  }
}

function tellMissing(required: readonly string[], source: Source, findings: Findings): void {
  for (const name of required) {
    if (Object.hasOwn(source, name)) continue
    findings.enter(name)
    findings.add(notNull)
    findings.leave()
  }
}

type Source = Record<string, unknown>

function objectOf(value: unknown, wanted: string, findings: Findings): Source {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, wanted, findings)
  return value as Source
}

/** Only what is another value now: a key called `__proto__`, which is data here, is never assigned to. */
function replace(source: Source, name: string, before: unknown, after: unknown): void {
  if (before !== after) source[name] = after
}
