import type { Config } from '../../app/config.js'
import { withPlugins } from '../../app/offline.js'
import { reason } from '../../host/contain.js'
import type { Finding } from './finding.js'

/** Whether the deployment groups, those of penstock.yaml and those that were put, could be deployed to: their hosts, keys and known hosts. Nobody is called. */
export async function lookAtDeploymentGroups(config: Config): Promise<Finding[]> {
  const name = 'deployment groups'
  try {
    return await withPlugins(config, async ({ registry }) => {
      const service = registry.deployments()
      const groups = (await service?.objects.groups({})) ?? []
      if (service === undefined || groups.length === 0) return []
      const findings = await service.groupFindings()
      const well = groups.length - new Set(findings.map(({ group }) => group)).size
      return [
        { name, state: 'ok', found: `${well} of ${groups.length} are well` },
        ...findings.map(
          ({ group, problem }): Finding => ({ name: `deployment group ${group}`, state: 'warn', found: problem }),
        ),
      ]
    })
  } catch (error) {
    return [{ name, state: 'warn', found: reason(error) }]
  }
}
