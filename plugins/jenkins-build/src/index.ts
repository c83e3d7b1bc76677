import { definePlugin } from '@penstock/core'
import { configSchema, type JenkinsConfig } from './config.js'
import { jenkins } from './provider.js'

/** Build and Test actions that run a job of a Jenkins over its remote API. */
export default definePlugin<JenkinsConfig>({
  name: 'jenkins-build',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(jenkins('Build', api.config))
    api.provideAction(jenkins('Test', api.config))
  },
})
