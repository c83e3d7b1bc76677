/** A deployment group, ready to be deployed to: whatever configuration it came from. */
import { createHash } from 'node:crypto'
import type { FileExistsBehavior } from '../appspec/model.js'
import type { BlueGreen } from '../bluegreen/release-plan.js'
import type { RollbackEvent } from '../config.js'
import type { MinimumHealthyHosts } from '../fleet/configuration.js'
import type { AlarmConfig } from '../health/alarm.js'
import type { HealthCheck } from '../health/check.js'
import type { Become } from '../shell/become-shell.js'
import type { SshTarget } from '../shell/target.js'
import type { TrafficConfig } from '../traffic/traffic.js'

export interface GroupHost {
  /** Its name in the inventory, or `user@host:port`; what the page and the log show. */
  readonly id: string
  readonly target: SshTarget | 'local'
  /** Deployment root; empty for the default. */
  readonly root: string
  /** Whom the login becomes before it does anything; nobody when absent. */
  readonly become?: Become
}

export interface DeploymentGroup {
  readonly applicationName: string
  readonly groupName: string
  readonly hosts: readonly GroupHost[]
  readonly configuration: MinimumHealthyHosts
  readonly configurationName: string
  readonly fileExistsBehavior: FileExistsBehavior
  readonly ignoreApplicationStopFailures: boolean
  /** What is followed by a deployment of the last successful revision. */
  readonly rollbackEvents: readonly RollbackEvent[]
  readonly trafficEvents: boolean
  /** What each host must pass after it was deployed to, one after another. */
  readonly healthChecks: readonly HealthCheck[]
  readonly alarm?: AlarmConfig
  readonly traffic?: TrafficConfig
  readonly blueGreen?: BlueGreen
  readonly keepRevisions: number
  /** Bundles of successful revisions that are kept for rollbacks and redeployments. */
  readonly keepBundles: number
  /** Records of deployments that are kept. */
  readonly keepDeployments: number
  /** A file or the lines; the default file when absent. */
  readonly knownHosts?: string
}

/** As 0.1.0 made it: two installations that deploy to one host under the same names shared a folder there. */
export function legacyGroupIdOf(applicationName: string, groupName: string): string {
  return idOf([applicationName, groupName])
}

/** Always the same for the same names in one installation; has the form of CodeDeploy's own. */
export function groupIdOf(
  { applicationName, deploymentGroupName }: { readonly applicationName: string; readonly deploymentGroupName: string },
  installation: string,
): string {
  return idOf([installation, applicationName, deploymentGroupName])
}

function idOf(parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
