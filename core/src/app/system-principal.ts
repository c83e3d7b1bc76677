import type { Principal } from '../domain/access.js'
import { administratorPolicy } from '../domain/managed-policies.js'

/** Who acts when the server acts by itself. */
export function systemPrincipal(accountId: string): Principal {
  return { name: 'penstock', arn: `arn:aws:iam::${accountId}:root`, policies: [administratorPolicy] }
}
