import { definePlugin } from '@penstock/core'
import { standIns } from './stand-in.js'

/** AWS's action types that nothing here runs: pipelines may have them, and are told what to put in their place. */
export default definePlugin({
  name: 'aws-stand-ins',
  apiVersion: '^1.0',
  register(api) {
    for (const one of standIns) api.provideAction(one)
  },
})
