import { definePlugin } from '@penstock/core'
import { CloudBuckets } from './cloud-buckets.js'
import { configSchema, type S3DeployConfig } from './config.js'
import { OwnBuckets } from './own-buckets.js'
import { s3Deploy } from './provider.js'

/** Files, or a zip of them, into a bucket. */
export default definePlugin<S3DeployConfig>({
  name: 's3-deploy',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const own = api.config.endpoint === undefined ? new OwnBuckets(() => api.server.artifacts) : undefined
    api.provideAction(s3Deploy(new CloudBuckets(api.config, () => api.server.identity.region), own))
  },
})
