import { definePlugin } from '@penstock/core'
import { closeGitConnections } from '@penstock/core/git'
import { commitStatus } from './commit-status/notifier.js'
import { configSchema, type GitConfig } from './config.js'
import { connection } from './connection.js'
import { git } from './git.js'
import { github } from './github.js'

/** Sources on GitHub, behind a connection, and on any git server that speaks HTTP. */
export default definePlugin<GitConfig>({
  name: 'github-source',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideSource(github(api.config))
    api.provideSource(connection(api.config))
    api.provideSource(git(api.config))
    if (api.config.commitStatus) api.provideNotifier(commitStatus(api, api.config.commitStatus))
    api.onStop(closeGitConnections)
  },
})
