import { definePlugin } from '@penstock/core'
import { configSchema, type EcrConfig } from './config.js'
import { ecrSource } from './provider.js'

/** Images as sources. */
export default definePlugin<EcrConfig>({
  name: 'ecr-source',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideSource(ecrSource(api.config, () => api.server.identity.region))
  },
})
