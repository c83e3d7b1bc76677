import { definePlugin } from '@penstock/core'
import { codeBuild } from './codebuild/provider.js'
import { commands } from './commands.js'
import { shell } from './shell.js'

/** Builds and tests with shell commands: a script, AWS's Commands, or a repository's buildspec. */
export default definePlugin({
  name: 'shell-build',
  apiVersion: '^1.0',
  register(api) {
    api.provideAction(shell('Build'))
    api.provideAction(shell('Test'))
    api.provideAction(commands())
    api.provideAction(codeBuild('Build'))
    api.provideAction(codeBuild('Test'))
  },
})
