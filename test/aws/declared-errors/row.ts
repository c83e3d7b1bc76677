import type { World } from '../support/world.js'

/** How to provoke one error of one operation: makes what has to be there, and answers the input that is refused. */
export type Row = readonly [operation: string, error: string, input: (world: World) => object | Promise<object>]

/** No execution, action or job has it. */
export const uuid = '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11'
/** A next token that no list gave out. */
export const nextToken = 'bm8gc3VjaCB0b2tlbg'
export const reservedTag = { key: 'aws:team', value: 'x' }
export const tooManyTags = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: '' }))

/** The same error of several operations with the same input. */
export function each(operations: readonly string[], error: string, input: Row[2]): Row[] {
  return operations.map((operation) => [operation, error, input])
}
