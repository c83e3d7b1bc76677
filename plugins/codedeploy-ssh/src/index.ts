/** AppSpec deployments over SSH. */
import { definePlugin, systemClock } from '@penstock/core'
import type { CodeDeployConfig } from './config.js'
import { DeploymentRunner } from './deployment/runner.js'
import { DeploymentService } from './deployment/service.js'
import { codeDeploy, connectionPool, sharedParts } from './provider.js'
import { configSchema } from './schema.js'

export type { CodeDeployConfig } from './config.js'
export { codeDeploy, sharedParts } from './provider.js'

export default definePlugin<CodeDeployConfig>({
  name: 'codedeploy-ssh',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const pool = connectionPool(api.config)
    const shared = sharedParts(api.config, api.state, api.dataFolder, pool, api.secret)
    const runner = new DeploymentRunner(shared, systemClock, api.log)
    const page = (job: { readonly pipelineName: string; readonly actionExecutionId: string }) =>
      `${api.server.identity.publicUrl}/pipelines/${encodeURIComponent(job.pipelineName)}/actions/${job.actionExecutionId}/log`
    api.provideAction(codeDeploy(shared, page))
    api.provideDeployments(new DeploymentService(shared, runner))
    let rest = () => {}
    api.onStart(async () => {
      await shared.inventory
        .read()
        .catch((error: Error) => api.log.warn(`groups and hosts that were put: ${error.message}`))
      // Only servers judge pipelines, which must know what was put at the others.
      if ('operations' in api.server) rest = shared.inventory.keepFresh()
      await runner.resume()
      if ('operations' in api.server) runner.watch()
    })
    api.onStop(() => {
      rest()
      runner.close()
      pool.close()
    })
  },
})
