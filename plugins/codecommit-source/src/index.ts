import { definePlugin } from '@penstock/core'
import { codecommit } from './codecommit.js'
import { type CodeCommitConfig, configSchema } from './config.js'

/** A branch of a repository in AWS CodeCommit as a source. */
export default definePlugin<CodeCommitConfig>({
  name: 'codecommit-source',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideSource(codecommit(api.config))
  },
})
