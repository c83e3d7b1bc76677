import { definePlugin } from '@penstock/core'
import { type ApicaConfig, configSchema } from './config.js'
import { apica } from './provider.js'

/** Test actions: load tests with Apica's self-service API. */
export default definePlugin<ApicaConfig>({
  name: 'apica-test',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(apica(api.config))
  },
})
