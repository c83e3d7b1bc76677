import { definePlugin } from '@penstock/core'
import { type BlazeMeterConfig, configSchema } from './config.js'
import { blazeMeter } from './provider.js'

/** Test actions: load tests on BlazeMeter, or with the embedded load engine where there is no account. */
export default definePlugin<BlazeMeterConfig>({
  name: 'blazemeter-test',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(blazeMeter(api.config))
  },
})
