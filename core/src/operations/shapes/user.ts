/** People, and what they may do. */
import type { ManagedPolicy, PolicyDocument } from '../../domain/access.js'
import { Fault } from '../../domain/faults.js'
import { list, text } from '../../shape/shape.js'

export const userName = text({ min: 1, max: 64, pattern: '[\\w+=,.@-]+' })
/** A managed policy's name, or a policy document as JSON. */
export const policies = list(text({ min: 1, max: 10_240 }), { max: 20 })

/** Errors: ValidationException for what is neither a name nor JSON. */
export function policiesOf(given: readonly string[]): (ManagedPolicy | PolicyDocument)[] {
  return given.map((one) => {
    if (!one.trimStart().startsWith('{')) return one as ManagedPolicy // the one validator judges names, too
    try {
      return JSON.parse(one) as PolicyDocument
    } catch {
      throw new Fault('ValidationException', 'a policy document is not JSON')
    }
  })
}
