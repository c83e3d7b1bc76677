import { definePlugin } from '@penstock/core'
import { configSchema, type SnsConfig } from './config.js'
import { snsNotifier } from './notifier.js'

/** Sends approvals to their NotificationArn, and what happens to executions to a topic, with Amazon SNS. */
export default definePlugin<SnsConfig>({
  name: 'sns-notify',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideNotifier(snsNotifier(api.config))
  },
})
