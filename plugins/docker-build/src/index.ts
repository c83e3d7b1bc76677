import { definePlugin } from '@penstock/core'
import { dockerBuild } from './provider.js'

/** Builds container images with docker or podman. */
export default definePlugin({
  name: 'docker-build',
  apiVersion: '^1.0',
  register(api) {
    api.provideAction(dockerBuild)
  },
})
