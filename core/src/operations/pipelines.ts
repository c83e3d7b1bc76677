/** Pipelines: made, changed and looked at. */
import * as define from '../engine/define-pipeline.js'
import * as state from '../engine/get-pipeline-state.js'
import * as warnings from '../engine/pipeline-warnings.js'
import { structure } from '../shape/shape.js'
import { operation } from './operation.js'
import { pipelineName } from './shapes/names.js'
import { maxPipelines, nextToken } from './shapes/page.js'
import { pipeline, pipelineVersion } from './shapes/pipeline.js'
import { tags } from './shapes/tag.js'

/** Makes a pipeline and starts it (X1). */
export const createPipeline = operation({
  name: 'CreatePipeline',
  input: structure({ pipeline }, { tags }),
  resource: ({ pipeline }, arns) => arns.pipeline(pipeline.name),
  judgesItself: true,
  changes: true,
  busy: 'ConcurrentModificationException',
  taken: 'PipelineNameInUseException',
  run: ({ engine }, by, input) => define.createPipeline(engine, by, input),
})

/** Gives a pipeline a new version; what runs is handled as X10 says. */
export const updatePipeline = operation({
  name: 'UpdatePipeline',
  input: structure({ pipeline }),
  resource: ({ pipeline }, arns) => arns.pipeline(pipeline.name),
  judgesItself: true,
  changes: true,
  run: ({ engine }, by, input) => define.updatePipeline(engine, by, input),
})

/** Deletes a pipeline and its history; succeeds when there is none (D1). */
export const deletePipeline = operation({
  name: 'DeletePipeline',
  input: structure({ name: pipelineName }),
  resource: ({ name }, arns) => arns.pipeline(name),
  changes: true,
  silent: true,
  busy: 'ConcurrentModificationException',
  taken: 'ConcurrentModificationException',
  run: ({ engine }, by, input) => define.deletePipeline(engine, by, input),
})

/** A pipeline's structure, of its current version or an older one. */
export const getPipeline = operation({
  name: 'GetPipeline',
  input: structure({ name: pipelineName }, { version: pipelineVersion }),
  resource: ({ name }, arns) => arns.pipeline(name),
  run: ({ engine }, by, input) => define.getPipeline(engine, by, input),
})

/** The pipelines, by name. */
export const listPipelines = operation({
  name: 'ListPipelines',
  input: structure({}, { nextToken, maxResults: maxPipelines }),
  resource: (_, arns) => arns.everything(),
  run: ({ engine }, by, input) => define.listPipelines(engine, by, input),
})

/** What every stage and action of a pipeline does right now. */
export const getPipelineState = operation({
  name: 'GetPipelineState',
  input: structure({ name: pipelineName }),
  resource: ({ name }, arns) => arns.pipeline(name),
  run: ({ engine }, by, input) => state.getPipelineState(engine, by, input),
})

/** What is allowed in a pipeline and dangerous, and what it would be refused for if it were saved today. AWS has no place for either. */
export const getPipelineWarnings = operation({
  name: 'GetPipelineWarnings',
  service: 'penstock',
  action: 'codepipeline:GetPipeline',
  input: structure({ name: pipelineName }),
  resource: ({ name }, arns) => arns.pipeline(name),
  run: ({ engine }, by, input) => warnings.getPipelineWarnings(engine, by, input),
})
