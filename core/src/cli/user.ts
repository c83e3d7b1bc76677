import { text } from 'node:stream/consumers'
import { withAccess } from '../app/offline.js'
import type { WhereOptions } from './main.js'
import { readPolicies } from './policies.js'
import { configOf } from './where.js'

/** `penstock user set-password NAME < file`: the first line is the password; it never stands in the list of processes. */
export async function setPassword(
  name: string,
  options: WhereOptions & { readonly policy?: readonly string[] },
): Promise<void> {
  const policies = options.policy && readPolicies(options.policy)
  const [password = ''] = (await text(process.stdin)).split(/\r?\n/)
  await withAccess(configOf(options), async (access) => {
    await access.setPassword(name, password, policies)
    await access.audit({ principal: 'penstock user', operation: 'SetPassword', target: name, result: 'ok' })
  })
}
