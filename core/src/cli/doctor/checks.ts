import { lookAtDatabase } from './database.js'
import { lookAtDeploymentGroups } from './deployments.js'
import type { Check } from './finding.js'
import { lookAtDataFolder, lookAtDisk, lookAtLeftovers, lookAtSecrets } from './folder.js'
import { lookAtIsolation } from './isolation.js'
import { lookAtClock, lookAtNode } from './machine.js'
import { lookAtMasterKey } from './master-key.js'
import { lookAtNative } from './native.js'
import { lookAtPlugins } from './plugins.js'
import { lookAtPort, lookAtServer } from './port.js'
import { lookAtService } from './service.js'
import { lookAtSources } from './sources.js'
import { lookAtTools } from './tools.js'

/** Everything that `penstock doctor` looks at, in the order in which it is told. */
export const checks: readonly Check[] = [
  lookAtNode,
  lookAtNative,
  lookAtClock,
  lookAtTools,
  lookAtIsolation,
  lookAtDataFolder,
  lookAtSecrets,
  lookAtMasterKey,
  lookAtDatabase,
  lookAtDisk,
  lookAtLeftovers,
  lookAtPlugins,
  lookAtDeploymentGroups,
  lookAtSources,
  lookAtPort,
  lookAtServer,
  lookAtService,
]
