import { isDate } from 'node:util/types'

/** An answer as JSON: Dates as seconds since the epoch, which alone every client reads; what is undefined is left out. */
export function encode(answer: object | void): string {
  return answer === undefined ? '{}' : JSON.stringify(wire(answer))
}

function wire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(wire)
  if (isDate(value)) return value.getTime() / 1000
  const result: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') continue
    result[name] = typeof member === 'object' ? wire(member) : member
  }
  return result
}
