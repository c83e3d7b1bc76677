import { definePlugin } from '@penstock/core'
import { configSchema, type S3SourceConfig } from './config.js'
import { ownBuckets } from './own-buckets.js'
import { s3Source } from './provider.js'

/** An object of a versioned bucket as a source. */
export default definePlugin<S3SourceConfig>({
  name: 's3-source',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    const own = ownBuckets(() => api.server.artifacts)
    api.provideSource(s3Source(api.config, () => api.server.identity.region, own))
  },
})
