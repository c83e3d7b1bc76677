/**
 * Turns shapes into functions that check a parsed JSON value and clean it where it is: members that the model does not
 * know are removed, `null` counts as absent, timestamps become Dates. Nothing is copied: a pipeline of fifty actions is read
 * in less time than it was parsed in.
 */
import { allConstraints, atLeastLong, atMostLong, Findings, notNull, wrongType } from './problems.js'
import { booleanReader, integerReader, type Reader, textReader, textTest, timestampReader } from './scalar-readers.js'
import type { InputOf, ListShape, MapShape, Shape, StructureShape, TextShape } from './shape.js'

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
