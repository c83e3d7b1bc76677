import { integer, list, map, oneOf, structure, text } from '../../shape/shape.js'
import { action } from './action.js'
import { artifactStore } from './artifact.js'
import { failureConditions, stageConditions } from './condition.js'
import { pipelineName, region, roleArn, stageName } from './names.js'
import { triggers } from './trigger.js'
import { variableDeclarations } from './variable.js'

export const pipelineVersion = integer({ min: 1 })

const stage = structure(
  { name: stageName, actions: list(action) },
  {
    blockers: list(structure({ name: text({ min: 1, max: 100 }), type: oneOf('Schedule') })),
    onFailure: failureConditions,
    onSuccess: stageConditions,
    beforeEntry: stageConditions,
  },
)

export const pipeline = structure(
  { name: pipelineName, roleArn, stages: list(stage) },
  {
    artifactStore,
    artifactStores: map(region, artifactStore),
    version: pipelineVersion,
    executionMode: oneOf('QUEUED', 'SUPERSEDED', 'PARALLEL'),
    pipelineType: oneOf('V1', 'V2'),
    variables: variableDeclarations,
    triggers,
  },
)
