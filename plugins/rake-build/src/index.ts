import { definePlugin } from '@penstock/core'
import { rake } from './provider.js'

/** Builds and tests with rake. */
export default definePlugin({
  name: 'rake-build',
  apiVersion: '^1.0',
  register(api) {
    api.provideAction(rake('Build'))
    api.provideAction(rake('Test'))
  },
})
