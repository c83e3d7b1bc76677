/** The service model's output shapes, as AWS's JavaScript client carries them: what an answer may hold, and of what type. */
import * as sdk from '@aws-sdk/client-codepipeline'

/**
 * A number for what is simple (0 text, 1 number, 2 boolean, 4 time; 64 and 128 more for a list and a map of it); else
 * kind, namespace, name, traits, and the parts. A function answers the shape.
 */
type Shape = number | string | readonly unknown[] | (() => Shape)

const listOf = 64
const mapOf = 128
const simpleKind = 0
const listKind = 1
const mapKind = 2
const structureKind = 3

function outputOf(operation: string): Shape {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: the names are what is tested.
  const schema = sdk[`${operation}$` as 'GetPipeline$'] as unknown as readonly unknown[]
  return (schema[5] as () => Shape)()
}

/** Checks answers, and remembers which members they had. */
export class ModelCheck {
  /** `StageState.actionStates`. */
  readonly seen = new Set<string>()
  readonly known = new Set<string>()

  /** What of an answer is not as the model says; nothing is an empty list. */
  problems(operation: string, answer: unknown): string[] {
    return this.look(outputOf(operation), answer, operation)
  }

  private look(given: Shape, value: unknown, at: string): string[] {
    const shape = typeof given === 'function' ? given() : given
    if (typeof shape === 'number') return this.simple(shape, value, at)
    // A unit: the operation has no output.
    if (typeof shape === 'string') return JSON.stringify(value) === '{}' ? [] : [wrong(at, 'nothing', value)]
    const [kind, namespace, name, , first, second] = shape as [number, string, string, unknown, Shape, Shape]
    // A member with traits: the shape, then they.
    if (typeof namespace !== 'string') return this.look(kind, value, at)
    if (kind === structureKind) return this.structure(shape as readonly unknown[], value, at)
    if (kind === listKind) return this.list(first, value, at)
    if (kind === mapKind) return this.map(second, value, at)
    if (kind === simpleKind) return this.simple(first as number, value, at)
    throw new Error(`an unknown kind ${kind} of ${name} at ${at}`)
  }

  private structure(shape: readonly unknown[], value: unknown, at: string): string[] {
    const [, , name, , members, shapes] = shape as [number, string, string, unknown, string[], Shape[]]
    for (const member of members) this.known.add(`${name}.${member}`)
    if (!isObject(value)) return [wrong(at, 'an object', value)]
    return Object.entries(value).flatMap(([key, member]) => {
      this.seen.add(`${name}.${key}`)
      const place = members.indexOf(key)
      if (place < 0) return [`${at}.${key} is no member of ${name}`]
      return this.look(shapes[place] as Shape, member, `${at}.${key}`)
    })
  }

  private list(member: Shape, value: unknown, at: string): string[] {
    if (!Array.isArray(value)) return [wrong(at, 'a list', value)]
    return value.flatMap((item, index) => this.look(member, item, `${at}[${index}]`))
  }

  private map(member: Shape, value: unknown, at: string): string[] {
    if (!isObject(value)) return [wrong(at, 'a map', value)]
    return Object.entries(value).flatMap(([key, item]) => this.look(member, item, `${at}.${key}`))
  }

  private simple(shape: number, value: unknown, at: string): string[] {
    if (shape >= mapOf) return this.map(shape - mapOf, value, at)
    if (shape >= listOf) return this.list(shape - listOf, value, at)
    const type = { 0: 'string', 1: 'number', 2: 'boolean', 4: 'number' }[shape]
    if (type === undefined) throw new Error(`an unknown simple shape ${shape} at ${at}`)
    const is: string = typeof value
    return is === type ? [] : [wrong(at, `a ${type}`, value)]
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const wrong = (at: string, wanted: string, value: unknown) =>
  `${at} should be ${wanted}, and is ${JSON.stringify(value)}`
