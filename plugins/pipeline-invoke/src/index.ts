import { definePlugin } from '@penstock/core'
import { pipelineInvoke } from './provider.js'

/** Pipelines that start pipelines. */
export default definePlugin({
  name: 'pipeline-invoke',
  apiVersion: '^1.0',
  register(api) {
    api.provideAction(pipelineInvoke((input) => api.server.operations.for(api.principal).startPipelineExecution(input)))
  },
})
