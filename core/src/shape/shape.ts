/**
 * The vocabulary in which an operation's input is written down: plain data, from which both the run-time check
 * (reader.ts) and the TypeScript type (`InputOf`) follow. The words and limits are the published service model's.
 */

declare const carried: unique symbol
/** Never there at run time: lets the compiler carry the type of what is read along with the shape. */
interface Carries<T> {
  readonly [carried]?: T
}

/**
 * The type of what `read` answers for a shape.
 * @example
 * const shape = Shapes.structure({ name: Shapes.text() })
 * const input: InputOf<typeof shape> = { name: 'web' }
 */
export type InputOf<S extends Carries<unknown>> = Exclude<S[typeof carried], undefined>

/** A string. `pattern` must match the whole of it; `values` are the only ones allowed. Lengths in UTF-16 units. */
export interface TextShape<T extends string = string> extends Carries<T> {
  readonly kind: 'text'
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly values?: readonly T[]
}

/** A whole number of 32 bits. */
export interface IntegerShape extends Carries<number> {
  readonly kind: 'integer'
  readonly min?: number
  readonly max?: number
}

export interface BooleanShape extends Carries<boolean> {
  readonly kind: 'boolean'
}

/** Seconds since the epoch on the wire, whole or not; a Date once read. */
export interface TimestampShape extends Carries<Date> {
  readonly kind: 'timestamp'
}

export interface ListShape<T = unknown> extends Carries<readonly T[]> {
  readonly kind: 'list'
  readonly member: Shape
  readonly min?: number
  readonly max?: number
}

export interface MapShape<T = unknown> extends Carries<Readonly<Record<string, T>>> {
  readonly kind: 'map'
  readonly key: TextShape
  readonly value: Shape
  readonly min?: number
  readonly max?: number
}

/**
 * An object with named members.
 * @example
 * const shape: StructureShape = Shapes.structure({ name: Shapes.text() })
 */
export interface StructureShape<T = unknown> extends Carries<T> {
  readonly kind: 'structure'
  readonly required: Members
  readonly optional: Members
}

export type Members = Readonly<Record<string, Shape>>
/**
 * Any shape.
 * @example
 * const name: Shape = Shapes.text({ max: 100 })
 */
export type Shape = TextShape | IntegerShape | BooleanShape | TimestampShape | ListShape | MapShape | StructureShape

interface Limits {
  readonly min?: number
  readonly max?: number
}

export const text = (limits: Limits & { readonly pattern?: string } = {}): TextShape => ({ kind: 'text', ...limits })
export const oneOf = <const T extends string>(...values: readonly T[]): TextShape<T> => ({ kind: 'text', values })
export const integer = (limits: Limits = {}): IntegerShape => ({ kind: 'integer', ...limits })
export const boolean: BooleanShape = { kind: 'boolean' }
export const timestamp: TimestampShape = { kind: 'timestamp' }
export const list = <S extends Shape>(member: S, limits: Limits = {}): ListShape<InputOf<S>> => ({
  kind: 'list',
  member,
  ...limits,
})
export const map = <S extends Shape>(key: TextShape, value: S, limits: Limits = {}): MapShape<InputOf<S>> => ({
  kind: 'map',
  key,
  value,
  ...limits,
})

type Flat<T> = { [K in keyof T]: T[K] }
type StructureOf<R extends Members, O extends Members> = Flat<
  { readonly [K in keyof R]: InputOf<R[K]> } & { readonly [K in keyof O]?: InputOf<O[K]> }
>

/**
 * A structure: the members that must be there, then those that may be.
 * @example
 * const shape = structure({ name: text() }, { version: integer() })
 * const input: InputOf<typeof shape> = { name: 'shop' }
 */
export function structure<R extends Members>(required: R): StructureShape<StructureOf<R, Record<never, never>>>
export function structure<R extends Members, O extends Members>(
  required: R,
  optional: O,
): StructureShape<StructureOf<R, O>>
export function structure(required: Members, optional: Members = {}): StructureShape {
  return { kind: 'structure', required, optional }
}
