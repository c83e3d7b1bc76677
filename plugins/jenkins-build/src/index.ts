import { definePlugin } from '@penstock/core'
import { configSchema, type JenkinsConfig } from './config.js'
import { polledJenkins } from './polled.js'
import { jenkins } from './provider.js'

/** Build and Test actions that run a job of a Jenkins: over its remote API, or taken by a Jenkins that polls for them. */
export default definePlugin<JenkinsConfig>({
  name: 'jenkins-build',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    for (const category of ['Build', 'Test'] as const) {
      if (api.config.mode === 'worker') api.provideAction(polledJenkins(category))
      else api.provideAction(jenkins(category, api.config))
    }
  },
})
