import { definePlugin } from '@penstock/core'
import { configSchema, type EcsConfig } from './config.js'
import { ecs } from './provider.js'

/** Services of Amazon ECS. */
export default definePlugin<EcsConfig>({
  name: 'ecs-deploy',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(ecs(api.config, () => api.server.identity.region))
  },
})
