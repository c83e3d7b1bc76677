import { definePlugin } from '@penstock/core'
import { type CloudFormationConfig, configSchema } from './config.js'
import { cloudFormation } from './provider.js'

/** Stacks of CloudFormation, on AWS or on whatever speaks its protocol. */
export default definePlugin<CloudFormationConfig>({
  name: 'cloudformation-deploy',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(cloudFormation(api.config, () => api.server.identity.region))
  },
})
