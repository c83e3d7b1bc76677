import { definePlugin } from '@penstock/core'
import { configSchema, type LambdaConfig } from './config.js'
import { lambda, lambdaRule } from './provider.js'

/** Invoke actions: Lambda functions, on AWS or in the embedded runtime. */
export default definePlugin<LambdaConfig>({
  name: 'lambda-invoke',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(lambda(api.config))
    api.provideRule(lambdaRule(api.config))
  },
})
