/** CloudFormation's functions of their arguments alone. */
import { isTable } from './found.js'

/** What a function makes of arguments that are worked out already; `undefined` when it is none of these. */
export function pure(name: string, argument: unknown): unknown {
  const work = Object.hasOwn(functions, name) ? functions[name as keyof typeof functions] : undefined
  return work?.(listOf(argument), argument)
}

const functions = {
  'Fn::Join': ([separator, parts]) => listOf(parts).map(String).join(String(separator)),
  'Fn::Split': ([separator, text]) => String(text).split(String(separator)),
  'Fn::Select': ([index, from]) => listOf(from)[Number(index)],
  'Fn::Base64': (_, text) => Buffer.from(String(text)).toString('base64'),
  'Fn::ToJsonString': (_, value) => JSON.stringify(value),
  'Fn::Length': (_, value) => (Array.isArray(value) ? value.length : undefined),
} satisfies Record<string, (list: readonly unknown[], argument: unknown) => unknown>

/** A value of `Mappings`; the default that a fourth argument may have when there is none. */
export function findInMap(mappings: unknown, argument: unknown): unknown {
  const [map, top, second, more] = listOf(argument).map((one) => (isTable(one) ? one : String(one)))
  let found: unknown = mappings
  for (const key of [map, top, second]) found = isTable(found) && typeof key === 'string' ? found[key] : undefined
  return found ?? (isTable(more) ? more.DefaultValue : undefined)
}

/** A function of one argument may have it without a list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])
