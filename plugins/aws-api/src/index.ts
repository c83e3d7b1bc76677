import { definePlugin } from '@penstock/core'
import { type Config, configSchema } from './config.js'
import { CodePipelineApi, isJsonRequest } from './protocol/codepipeline.js'

/** The AWS CodePipeline API: see README.md. */
export default definePlugin<Config>({
  name: 'aws-api',
  apiVersion: 1,
  configSchema,
  register(api) {
    const codePipeline = new CodePipelineApi(api.server, api.log, api.config)
    api.mount({
      prefix: '/',
      match: isJsonRequest,
      handle: (request, response) => codePipeline.handle(request, response),
    })
  },
})
