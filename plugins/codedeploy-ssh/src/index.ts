/** AppSpec deployments over SSH. */
import { definePlugin, systemClock } from '@penstock/core'
import { type CodeDeployConfig, configSchema } from './config.js'
import { DeploymentRunner } from './deployment/runner.js'
import { DeploymentService } from './deployment/service.js'
import { codeDeploy, connectionPool, sharedParts } from './provider.js'

export type { CodeDeployConfig } from './config.js'
export { codeDeploy, sharedParts } from './provider.js'

export default definePlugin<CodeDeployConfig>({
  name: 'codedeploy-ssh',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const pool = connectionPool(api.config)
    const shared = sharedParts(api.config, api.state, api.dataFolder, pool)
    const runner = new DeploymentRunner(shared, systemClock, api.log)
    api.provideAction(codeDeploy(shared))
    api.provideDeployments(new DeploymentService(shared, runner))
    api.onStart(() => runner.resume())
    api.onStop(() => {
      runner.close()
      pool.close()
    })
  },
})
