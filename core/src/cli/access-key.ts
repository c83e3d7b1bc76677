import { withAccess } from '../app/offline.js'
import type { WhereOptions } from './main.js'
import { print, table } from './output.js'
import { readPolicies } from './policies.js'
import { existingConfigOf } from './where.js'

interface Output {
  readonly output?: string
}

/** `penstock access-key create`: `--output json` prints `{ "accessKeyId", "secretAccessKey", ... }`. */
export async function createKey(
  options: WhereOptions & Output & { readonly user: string; readonly policy: readonly string[] },
): Promise<void> {
  const policies = readPolicies(options.policy)
  const key = await withAccess(existingConfigOf(options), async (access) => {
    const made = await access.createAccessKey(options.user, policies)
    await access.audit({
      principal: 'penstock access-key',
      operation: 'CreateAccessKey',
      target: made.accessKeyId,
      result: 'ok',
      detail: `for ${options.user}`,
    })
    return made
  })
  print(options.output, key, () => [
    `access key id:     ${key.accessKeyId}`,
    `secret access key: ${key.secretAccessKey}`,
    'Keep the secret now: it is not shown again.',
  ])
}

/** `penstock access-key list`. */
export async function listKeys(options: WhereOptions & Output): Promise<void> {
  const keys = await withAccess(existingConfigOf(options), (access) => access.listAccessKeys())
  print(options.output, keys, () =>
    table([
      ['ACCESS KEY', 'USER', 'STATUS', 'CREATED', 'LAST USED', 'POLICIES'],
      ...keys.map(({ accessKeyId, userName, status, created, lastUsed, policies }) => [
        accessKeyId,
        userName,
        status,
        new Date(created).toISOString(),
        lastUsed === undefined ? 'never' : new Date(lastUsed).toISOString(),
        policies.map((policy) => (typeof policy === 'string' ? policy : 'JSON')).join(','),
      ]),
    ]),
  )
}

/** `penstock access-key delete ID`. Errors: ResourceNotFoundException. */
export async function deleteKey(accessKeyId: string, options: WhereOptions): Promise<void> {
  await withAccess(existingConfigOf(options), async (access) => {
    await access.deleteAccessKey(accessKeyId)
    await access.audit({
      principal: 'penstock access-key',
      operation: 'DeleteAccessKey',
      target: accessKeyId,
      result: 'ok',
    })
  })
}
