import { text } from 'node:stream/consumers'
import { withAccess } from '../app/offline.js'
import type { Access } from '../http/access-service.js'
import type { WhereOptions } from './main.js'
import { print, table } from './output.js'
import { readPolicies } from './policies.js'
import { ago } from './terminal/time.js'
import { existingConfigOf } from './where.js'

interface Output {
  readonly output?: string
}

/** Straight in the database, and into the audit log: the server that may be running on it sees it at the next request. */
async function change(
  options: WhereOptions,
  operation: string,
  target: string,
  work: (access: Access) => Promise<void>,
): Promise<void> {
  await withAccess(existingConfigOf(options), async (access) => {
    await work(access)
    await access.audit({ principal: 'penstock user', operation, target, result: 'ok' })
  })
}

/** The first line of standard input: a password never stands in the list of processes. */
async function passwordFromInput(): Promise<string> {
  const [password = ''] = (await text(process.stdin)).split(/\r?\n/)
  return password
}

/** `penstock user add NAME --policy ... < file`. */
export async function addUser(
  name: string,
  options: WhereOptions & { readonly policy: readonly string[] },
): Promise<void> {
  const policies = readPolicies(options.policy)
  const password = await passwordFromInput()
  await change(options, 'CreateUser', name, (access) => access.createUser(name, password, policies))
}

/** `penstock user set-password NAME < file`; with a name that is not there, adds it. */
export async function setPassword(
  name: string,
  options: WhereOptions & { readonly policy?: readonly string[] },
): Promise<void> {
  const policies = options.policy && readPolicies(options.policy)
  const password = await passwordFromInput()
  await change(options, 'SetPassword', name, (access) => access.setPassword(name, password, policies))
}

/** `penstock user set-policy NAME --policy ...`: in place of those that it has. */
export async function setPolicy(
  name: string,
  options: WhereOptions & { readonly policy: readonly string[] },
): Promise<void> {
  const policies = readPolicies(options.policy)
  await change(options, 'PutUserPolicies', name, (access) => access.setPolicies(name, policies))
}

/** `penstock user disable|enable NAME`. */
export async function setDisabled(name: string, disabled: boolean, options: WhereOptions): Promise<void> {
  await change(options, 'SetUserStatus', name, (access) => access.setDisabled(name, disabled))
}

/** `penstock user rm NAME`: with its access keys and sessions. */
export async function removeUser(name: string, options: WhereOptions): Promise<void> {
  await change(options, 'DeleteUser', name, (access) => access.deleteUser(name))
}

/** `penstock user list`. */
export async function listUsers(options: WhereOptions & Output): Promise<void> {
  const users = await withAccess(existingConfigOf(options), (access) => access.listUsers())
  print(options.output, users, () =>
    table([
      ['USER', 'STATUS', 'POLICIES', 'KEYS', 'SESSIONS'],
      ...users.map(({ userName, enabled, policies, accessKeys, sessions }) => [
        userName,
        enabled ? 'enabled' : 'disabled',
        policies.map((policy) => (typeof policy === 'string' ? policy : 'JSON')).join(','),
        String(accessKeys),
        String(sessions),
      ]),
    ]),
  )
}

/** `penstock session list [USER]`. */
export async function listSessions(userName: string | undefined, options: WhereOptions & Output): Promise<void> {
  const sessions = await withAccess(existingConfigOf(options), (access) => access.listSessions(userName))
  print(options.output, sessions, () =>
    table([
      ['SESSION', 'USER', 'FROM', 'SINCE'],
      ...sessions.map(({ sessionId, userName, from = '', created }) => [
        sessionId.slice(0, 12),
        userName,
        from,
        created === undefined ? '' : ago(created, Date.now()),
      ]),
    ]),
  )
}

/** `penstock session end USER [SESSION]`: one, or all of a user's. */
export async function endSessions(
  userName: string,
  sessionId: string | undefined,
  options: WhereOptions,
): Promise<void> {
  await change(options, 'EndSession', userName, (access) => access.endSessions(userName, sessionId))
}
