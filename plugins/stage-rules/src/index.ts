import { definePlugin } from '@penstock/core'
import { commands } from './commands.js'
import { deploymentWindow } from './deployment-window.js'
import { variableCheck } from './variable-check.js'

/** The rules of stage conditions that need nothing but this machine (C5). */
export default definePlugin({
  name: 'stage-rules',
  apiVersion: '^1.0',
  register(api) {
    api.provideRule(variableCheck)
    api.provideRule(deploymentWindow)
    api.provideRule(commands)
  },
})
