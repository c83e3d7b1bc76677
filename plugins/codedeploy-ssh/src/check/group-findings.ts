/** What is wrong with deployment groups, found when somebody looks and not in the night: names, keys, known hosts. */
import { isJobFailed } from '@penstock/core'
import type { CodeDeployConfig } from '../config.js'
import type { DeploymentGroup, GroupHost } from '../group/deployment-group.js'
import { resolveGroup } from '../group/resolve-group.js'
import { type SecretLookup, withSecrets } from '../inventory/secrets.js'
import { authOf } from '../shell/auth.js'
import { HostKeys } from '../shell/host-keys.js'
import { targetName } from '../shell/target.js'

export interface GroupFinding {
  /** `application/group`. */
  readonly group: string
  readonly problem: string
}

/** Looks at every group. */
export async function groupFindings(
  config: CodeDeployConfig,
  secret: SecretLookup | undefined,
): Promise<GroupFinding[]> {
  const found: GroupFinding[] = []
  for (const [application, { groups }] of Object.entries(config.applications ?? {})) {
    for (const name of Object.keys(groups)) {
      const group = `${application}/${name}`
      const problems = await problemsOf(
        () => resolveGroup(config, { ApplicationName: application, DeploymentGroupName: name }),
        secret,
      )
      found.push(...problems.map((problem) => ({ group, problem })))
    }
  }
  return found
}

/** Of one group: how it is written, then what its hosts are logged in to with. */
export async function problemsOf(resolve: () => DeploymentGroup, secret: SecretLookup | undefined): Promise<string[]> {
  try {
    return await hostProblems(resolve(), secret)
  } catch (error) {
    return [wordsOf(error)]
  }
}

/** What hosts are logged in to with. Without a `secret` to ask, named secrets are not looked for. */
export async function hostProblems(
  group: Pick<DeploymentGroup, 'hosts' | 'knownHosts'>,
  secret: SecretLookup | undefined,
): Promise<string[]> {
  const problems = new Set<string>()
  const { knownHosts } = group
  const hosts = secret === undefined ? group.hosts : await unlocked(group.hosts, secret, problems)
  const keys = await HostKeys.load(knownHosts).catch((error) => void problems.add(wordsOf(error)))
  for (const { target } of hosts) {
    if (target === 'local') continue
    for (const hop of [...target.jumps, target]) {
      await authOf(hop).catch((error) => void problems.add(wordsOf(error)))
      if (keys !== undefined && !keys.knows(hop.host, hop.port))
        problems.add(
          `the host key of ${targetName(hop)} is not known: ssh-keyscan${hop.port === 22 ? '' : ` -p ${hop.port}`} ${hop.host} shows it, and once its fingerprint is checked it belongs into the known hosts`,
        )
    }
  }
  return [...problems]
}

/** Those whose secrets are there. */
async function unlocked(hosts: readonly GroupHost[], secret: SecretLookup, problems: Set<string>) {
  const found: GroupHost[] = []
  for (const host of hosts) {
    try {
      found.push(...(await withSecrets({ hosts: [host] }, secret)).hosts)
    } catch (error) {
      problems.add(wordsOf(error))
    }
  }
  return found
}

function wordsOf(error: unknown): string {
  if (isJobFailed(error) || error instanceof Error) return error.message
  return String(error)
}
