import { definePlugin } from '@penstock/core'
import { configSchema, type SlackConfig } from './config.js'
import { configProblems, slackNotifier } from './notifier.js'

/** Tells Slack of approvals that wait and executions that failed. Not configured, it is silent. */
export default definePlugin<SlackConfig>({
  name: 'slack-notify',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const { webhookUrl, webhookUrlFile, token, tokenFile, channels } = api.config
    if ([webhookUrl, webhookUrlFile, token, tokenFile, channels].every((value) => value === undefined)) return
    const problems = configProblems(api.config)
    if (problems.length > 0) throw new Error(problems.join('; '))
    api.provideNotifier(slackNotifier(api.config))
  },
})
