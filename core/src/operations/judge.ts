/** Who may do what: the one judge of calls, buttons and lists. */
import type { Principal } from '../domain/access.js'
import type { Arns } from './arns.js'
import { type AnyOperation, actionOf } from './operation.js'

/** What policies allow. */
export interface PolicyChecks {
  allows(principal: Principal, action: string, resource: string): boolean
}

/** The first resource that the principal may not touch so; undefined when it may do all of it. */
export function refused(
  { access, arns }: { readonly access: PolicyChecks; readonly arns: Arns },
  operation: AnyOperation,
  principal: Principal,
  input: unknown,
): string | undefined {
  const action = actionOf(operation)
  const resources = [operation.resource(input, arns)].flat()
  return resources.find((resource) => !access.allows(principal, action, resource))
}
