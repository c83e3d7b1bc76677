/** A deployment group, ready to be deployed to: whatever configuration it came from. */
import { createHash } from 'node:crypto'
import type { FileExistsBehavior } from '../appspec/model.js'
import type { RollbackEvent } from '../config.js'
import type { MinimumHealthyHosts } from '../fleet/configuration.js'
import type { Become } from '../shell/become-shell.js'
import type { SshTarget } from '../shell/target.js'

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
  readonly groupId: string
  readonly hosts: readonly GroupHost[]
  readonly configuration: MinimumHealthyHosts
  readonly configurationName: string
  readonly fileExistsBehavior: FileExistsBehavior
  readonly ignoreApplicationStopFailures: boolean
  /** What is followed by a deployment of the last successful revision. */
  readonly rollbackEvents: readonly RollbackEvent[]
  readonly trafficEvents: boolean
  readonly keepRevisions: number
  /** A file or the lines; the default file when absent. */
  readonly knownHosts?: string
}

/** Always the same for the same names; has the form of CodeDeploy's own. */
export function groupIdOf(applicationName: string, groupName: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([applicationName, groupName]))
    .digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
