import { definePlugin } from '@penstock/core'
import { configProblems, configSchema, type WebhookConfig } from './config.js'
import { webhookNotifier } from './notifier.js'

/** Posts approvals that wait and executions that failed to programs, signed. Not configured, it is silent. */
export default definePlugin<WebhookConfig>({
  name: 'webhook-notify',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const problems = configProblems(api.config)
    if (problems.length > 0) throw new Error(problems.join('; '))
    if (Object.keys(api.config).length > 0) api.provideNotifier(webhookNotifier(api.config))
  },
})
