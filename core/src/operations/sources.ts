/** How the polling of sources goes, and a poll by hand. */
import { structure } from '../shape/shape.js'
import { operation } from './operation.js'
import { actionName, pipelineName } from './shapes/names.js'

/** A pipeline's sources that are polled, each with its last polls, what is wrong, and when and why the next poll is. */
export const listSources = operation({
  name: 'ListSources',
  service: 'penstock',
  action: 'codepipeline:GetPipelineState',
  input: structure({ pipelineName }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  run: async ({ sources }, _by, { pipelineName }) => ({ sources: await sources.status(pipelineName) }),
})

/** Looks at a pipeline's sources now, or at one of them: who may start the pipeline may ask for it. */
export const pollSource = operation({
  name: 'PollSource',
  service: 'penstock',
  action: 'codepipeline:StartPipelineExecution',
  input: structure({ pipelineName }, { actionName }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  changes: true,
  run: async ({ sources }, by, { pipelineName, actionName }) => ({
    actionNames: await sources.poll(pipelineName, actionName, by.arn),
  }),
})
