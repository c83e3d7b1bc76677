/** AWS's operations, by their names on the wire. */

import type { AnyOperation } from '../../../../core/src/operations/operation.js'
import { operations, table } from '../../../../core/src/operations/table.js'

const ofAws = Object.values(table).filter(({ service = 'codepipeline' }) => service === 'codepipeline')
const byName = new Map(ofAws.map((operation) => [operation.name, operation]))

/** As in `X-Amz-Target`. */
export const operationNames: readonly string[] = [...byName.keys()]

export function operationNamed(name: string): AnyOperation | undefined {
  return byName.get(name)
}

/** The method that calls it. */
export function methodOf(operation: AnyOperation): string {
  const found = Object.entries(operations).find(([, one]) => one.name === operation.name)
  if (!found) throw new Error(`${operation.name} is not in the table`)
  return found[0]
}
