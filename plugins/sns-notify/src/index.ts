import { definePlugin } from '@penstock/core'
import { approvalNotification } from './approval.js'
import { configSchema, type SnsConfig } from './config.js'
import { executionNotification } from './execution.js'
import { isTopicArn, snsNotifier } from './notifier.js'

/** Sends approvals to their NotificationArn, and what happens to executions to a topic, with Amazon SNS. */
export default definePlugin<SnsConfig>({
  name: 'sns-notify',
  apiVersion: 1,
  configSchema,
  register(api) {
    const notifier = snsNotifier(api.config)
    api.provideNotifier(notifier)
    api.hooks.approvalNeeded(async (event) => {
      if (isTopicArn(event.configuration.NotificationArn)) {
        await notifier.notify(approvalNotification(event, api.server.identity))
      }
    })
    api.hooks.executionChanged(async (event) => {
      const notification = executionNotification(event, api.server.identity)
      if (
        notification !== undefined &&
        api.config.topicArn !== undefined &&
        api.config.events?.includes(notification.kind)
      ) {
        await notifier.notify(notification)
      }
    })
  },
})
