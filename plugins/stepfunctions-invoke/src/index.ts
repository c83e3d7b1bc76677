import { definePlugin } from '@penstock/core'
import { configSchema, type StepFunctionsConfig } from './config.js'
import { stepFunctions } from './provider.js'

/** State machines of Step Functions. */
export default definePlugin<StepFunctionsConfig>({
  name: 'stepfunctions-invoke',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(stepFunctions(api.config, () => api.server.identity.region))
  },
})
