import { join } from 'node:path'
import { definePlugin, type PluginApi } from '@penstock/core'
import { type Config, configSchema } from './config.js'
import { CodePipelineApi, isJsonRequest } from './protocol/codepipeline.js'
import { ArtifactBucket } from './s3/artifact-bucket.js'
import { expireUploads } from './s3/expire-uploads.js'
import { isS3Request } from './s3/route.js'
import { Uploads } from './s3/uploads.js'
import { isOtherService, ServiceApi } from './services/service-api.js'
import { sts } from './services/sts.js'
import { WebhookReceiver, webhooksPrefix } from './webhooks/webhook-receiver.js'

/** The AWS CodePipeline API, the artifact bucket, and the endpoint of webhooks: see README.md. */
export default definePlugin<Config>({
  name: 'aws-api',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideService(sts(() => api.server.identity))
    mountServices(api)
    mountCodePipeline(api)
    mountBucket(api)
    mountWebhooks(api)
  },
})

/** Before all else: what a request was signed for says whose it is, whatever its path. */
function mountServices(api: PluginApi<Config>): void {
  const services = once(() => new ServiceApi(api.server, api.log, api.config))
  api.mount({
    prefix: '/',
    match: isOtherService,
    handle: (request, response) => services().handle(request, response),
  })
}

function mountCodePipeline(api: PluginApi<Config>): void {
  const codePipeline = once(() => new CodePipelineApi(api.server, api.log, api.config))
  api.mount({
    prefix: '/',
    match: isJsonRequest,
    handle: (request, response) => codePipeline().handle(request, response),
  })
}

function mountBucket(api: PluginApi<Config>): void {
  const uploads = once(() => new Uploads(api.server.artifacts, join(api.dataFolder, 'uploads')))
  const bucket = once(() => new ArtifactBucket(api.server, uploads(), api.log))
  api.mount({
    prefix: '/',
    match: (request) => isS3Request(request, api.server.identity),
    handle: (request, response) => bucket().handle(request, response),
  })
  let stop = () => {}
  api.onStart(() => {
    stop = expireUploads(uploads(), api.config.uploadExpiryHours, api.server.clock, api.log)
  })
  api.onStop(() => stop())
}

function mountWebhooks(api: PluginApi<Config>): void {
  const receiver = once(() => new WebhookReceiver(api.server, api.log, api.config))
  api.mount({ prefix: webhooksPrefix, handle: (request, response) => receiver().handle(request, response) })
}

/** Registering declares and asks the server nothing: what is made of its services is made when it is first needed. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
