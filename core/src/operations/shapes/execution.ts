import { list, oneOf, structure, text } from '../../shape/shape.js'
import { actionName, executionId, pipelineName, stageName } from './names.js'

export const stageRef = { pipelineName, stageName }
export const actionRef = { pipelineName, stageName, actionName }
export const executionRef = { pipelineName, pipelineExecutionId: executionId }
export const clientRequestToken = text({ min: 1, max: 128, pattern: '^[a-zA-Z0-9-]+$' })
export const transitionType = oneOf('Inbound', 'Outbound')

/** The revisions that sources are to take (X14). */
export const sourceRevisions = list(
  structure({
    actionName,
    revisionType: oneOf('COMMIT_ID', 'IMAGE_DIGEST', 'S3_OBJECT_VERSION_ID', 'S3_OBJECT_KEY'),
    revisionValue: text({ min: 1, max: 1500 }),
  }),
  { min: 0, max: 50 },
)

/** Which of a pipeline's action or rule executions to list. */
export const historyFilter = structure(
  {},
  {
    pipelineExecutionId: executionId,
    latestInPipelineExecution: structure({
      pipelineExecutionId: executionId,
      startTimeRange: oneOf('Latest', 'All'),
    }),
  },
)
export const executionFilter = structure({}, { succeededInStage: structure({}, { stageName }) })
export const targetFilters = list(structure({}, { name: oneOf('TARGET_STATUS'), values: list(text({ min: 1 })) }))
