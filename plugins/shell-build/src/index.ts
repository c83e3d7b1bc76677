import { join } from 'node:path'
import { definePlugin } from '@penstock/core'
import { type CodeBuildParts, codeBuild } from './codebuild/provider.js'
import { declare, sharedService } from './codebuild/service.js'
import { type CodeBuildSettings, settingsSchema } from './codebuild/settings.js'
import { commands } from './commands.js'
import { shell } from './shell.js'

/** Builds and tests with shell commands: a script, AWS's Commands, or a repository's buildspec. */
export default definePlugin<{ readonly codebuild: CodeBuildSettings }>({
  name: 'shell-build',
  apiVersion: '^1.0',
  configSchema: { type: 'object', additionalProperties: false, properties: { codebuild: settingsSchema } },
  register(api) {
    const parts: CodeBuildParts = {
      service: sharedService(api),
      cacheFolder: () => join(api.dataFolder, 'build-cache'),
    }
    api.onStart(() => declare(api))
    api.provideAction(shell('Build'))
    api.provideAction(shell('Test'))
    api.provideAction(commands())
    api.provideAction(codeBuild('Build', parts))
    api.provideAction(codeBuild('Test', parts))
  },
})
