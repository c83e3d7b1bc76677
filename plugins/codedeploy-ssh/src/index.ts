/** AppSpec deployments over SSH. */
import { definePlugin } from '@penstock/core'
import { type CodeDeployConfig, configSchema } from './config.js'
import { codeDeploy, connectionPool } from './provider.js'

export type { CodeDeployConfig } from './config.js'
export { codeDeploy } from './provider.js'

export default definePlugin<CodeDeployConfig>({
  name: 'codedeploy-ssh',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const pool = connectionPool(api.config)
    api.provideAction(codeDeploy(api.config, api.dataFolder, pool))
    api.onStop(() => pool.close())
  },
})
