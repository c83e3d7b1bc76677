import { definePlugin } from '@penstock/core'
import { manualApproval } from './manual-approval.js'

/** The approval action: the engine does the waiting. */
export default definePlugin({
  name: 'manual-approval',
  apiVersion: '^1.0',
  register(api) {
    api.provideAction(manualApproval)
  },
})
