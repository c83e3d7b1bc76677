/** Asks the hosts of declared groups how they are, and keeps what they say. */
import { type DeploymentFilter, isJobFailed, systemClock } from '@penstock/core'
import { resolveGroup } from '../group/resolve-group.js'
import { withSecrets } from '../inventory/secrets.js'
import type { Shared } from '../provider.js'
import { HostKeys } from '../shell/host-keys.js'
import { findDrift } from './drift.js'
import { GroupHistory, hostKey, knownGroups } from './history.js'
import { openShell } from './open-shell.js'
import type { GroupRecord, HostRecord } from './records.js'

/** Host -> why it could not be looked at, by group; what was found is in the hosts' records. */
export type LookProblems = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Looks at every host of the groups that were deployed to and are declared. */
export async function look(shared: Shared, filter: Omit<DeploymentFilter, 'limit'>): Promise<LookProblems> {
  const problems = new Map<string, ReadonlyMap<string, string>>()
  for (const group of (await knownGroups(shared.state)).filter((one) => isMeant(one, filter)))
    problems.set(`${group.applicationName}/${group.deploymentGroupName}`, await lookAt(shared, group))
  return problems
}

export function isMeant(group: GroupRecord, filter: Omit<DeploymentFilter, 'limit'>): boolean {
  const { applicationName = group.applicationName, deploymentGroupName = group.deploymentGroupName } = filter
  return group.applicationName === applicationName && group.deploymentGroupName === deploymentGroupName
}

async function lookAt(shared: Shared, name: GroupRecord): Promise<ReadonlyMap<string, string>> {
  const { state, inventory, dataFolder, handshakes, pool } = shared
  const history = await GroupHistory.open(state, name, dataFolder)
  const problems = new Map<string, string>()
  try {
    const group = await withSecrets(
      resolveGroup(await inventory.read(), {
        ApplicationName: name.applicationName,
        DeploymentGroupName: name.deploymentGroupName,
      }),
      shared.secret,
    )
    const shells = { hostKeys: await HostKeys.load(group.knownHosts), handshakes, pool, clock: systemClock }
    const answers = await findDrift(group, history.groupId, (host) => openShell(host, shells, undefined), systemClock)
    for (const { host, drift, problem } of answers) {
      if (problem !== undefined) problems.set(host, problem)
      else if (drift !== undefined) await keep(shared, name, { host, drift })
    }
  } catch (error) {
    if (!isJobFailed(error)) throw error
    for (const { host } of history.hostRecords) problems.set(host, error.message)
  }
  return problems
}

async function keep(
  { state }: Shared,
  name: GroupRecord,
  { host, drift }: Pick<HostRecord, 'host'> & Required<Pick<HostRecord, 'drift'>>,
): Promise<void> {
  const key = hostKey(name, host)
  const known = await state.get<HostRecord>(key)
  if (known === undefined) return
  await state
    .put(key, { ...known.value, drift, contactTime: drift.time }, { expected: known.version })
    .catch(() => undefined)
}
