/** What is wrong with the groups of penstock.yaml, found when somebody looks and not in the night: names, keys, known hosts. */
import { type DeclaredGroup, isJobFailed } from '@penstock/core'
import type { CodeDeployConfig } from '../config.js'
import type { DeploymentGroup } from '../group/deployment-group.js'
import { resolveGroup } from '../group/resolve-group.js'
import { authOf } from '../shell/auth.js'
import { HostKeys } from '../shell/host-keys.js'
import { targetName } from '../shell/target.js'

export interface GroupFinding {
  /** `application/group`. */
  readonly group: string
  readonly problem: string
}

/** Looks at every group that is declared. */
export async function groupFindings(config: CodeDeployConfig): Promise<GroupFinding[]> {
  const found: GroupFinding[] = []
  for (const [application, { groups }] of Object.entries(config.applications ?? {})) {
    for (const name of Object.keys(groups)) {
      const group = `${application}/${name}`
      const problems = await problemsOf(() =>
        resolveGroup(config, { ApplicationName: application, DeploymentGroupName: name }),
      )
      found.push(...problems.map((problem) => ({ group, problem })))
    }
  }
  return found
}

/** Every group that is declared, as far as it can be read. */
export function declaredGroups(config: CodeDeployConfig): DeclaredGroup[] {
  return Object.entries(config.applications ?? {}).flatMap(([applicationName, { groups }]) =>
    Object.entries(groups).map(([deploymentGroupName, group]) => {
      const name = {
        applicationName,
        deploymentGroupName,
        deploymentConfigName: group.deploymentConfig ?? 'CodeDeployDefault.OneAtATime',
      }
      try {
        const { hosts } = resolveGroup(config, {
          ApplicationName: applicationName,
          DeploymentGroupName: deploymentGroupName,
        })
        return { ...name, hosts: hosts.map(({ id }) => id) }
      } catch (error) {
        return { ...name, hosts: [], problem: wordsOf(error) }
      }
    }),
  )
}

/** Of one group: how it is written, then what its hosts are logged in to with. */
export async function problemsOf(resolve: () => DeploymentGroup): Promise<string[]> {
  try {
    return await hostProblems(resolve())
  } catch (error) {
    return [wordsOf(error)]
  }
}

async function hostProblems({ hosts, knownHosts }: DeploymentGroup): Promise<string[]> {
  const problems = new Set<string>()
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

function wordsOf(error: unknown): string {
  if (isJobFailed(error) || error instanceof Error) return error.message
  return String(error)
}
