import { definePlugin } from '@penstock/core'
import { configProblems, configSchema, type EmailConfig } from './config.js'
import { emailNotifier } from './notifier.js'

/** Mails approvals that wait and executions that failed. Not configured, it is silent. */
export default definePlugin<EmailConfig>({
  name: 'email-notify',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const problems = configProblems(api.config)
    if (problems.length > 0) throw new Error(problems.join('; '))
    if (api.config.smtp) api.provideNotifier(emailNotifier(api.config))
  },
})
