/** CloudFormation's conditions. */
import { isTable, type Table } from './found.js'
import { listOf } from './pure-functions.js'

/** Deeper than anybody nests them: conditions in a circle do not hold. */
const deepest = 100

/** Whether a condition holds; one that the template does not have does not. `textOf` works out a value. */
export function holds(
  condition: unknown,
  all: Table | undefined,
  textOf: (value: unknown) => string,
  depth = 0,
): boolean {
  const [[name, argument] = ['', undefined]] = isTable(condition) ? Object.entries(condition) : []
  const inner = (one: unknown) => depth < deepest && holds(one, all, textOf, depth + 1)
  switch (name) {
    case 'Condition':
      return inner(all?.[String(argument)])
    case 'Fn::Equals': {
      const [left, right] = listOf(argument).map(textOf)
      return left === right
    }
    case 'Fn::Not':
      return !inner(listOf(argument)[0])
    case 'Fn::And':
      return listOf(argument).every(inner)
    case 'Fn::Or':
      return listOf(argument).some(inner)
    default:
      return false
  }
}
