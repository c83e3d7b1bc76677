/** Executions: started, stopped and looked at. */

import * as targets from '../engine/deploy-targets.js'
import * as history from '../engine/history.js'
import * as revision from '../engine/report-revision.js'
import * as rules from '../engine/rule-history.js'
import * as start from '../engine/start-execution.js'
import * as steer from '../engine/steer-execution.js'
import { boolean, structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import {
  actionRef,
  clientRequestToken,
  executionFilter,
  executionRef,
  historyFilter,
  sourceRevisions,
  targetFilters,
} from './shapes/execution.js'
import { actionRevision } from './shapes/job.js'
import { pipelineName } from './shapes/names.js'
import { page } from './shapes/page.js'
import { variables } from './shapes/variable.js'

/** Starts a pipeline by hand (X12 to X14). */
export const startPipelineExecution = operation({
  name: 'StartPipelineExecution',
  input: structure({ name: pipelineName }, { variables, clientRequestToken, sourceRevisions }),
  resource: ({ name }, arns) => arns.pipeline(name),
  changes: true,
  busy: 'ConflictException',
  taken: 'ConflictException',
  run: ({ engine }, by, input) => start.startPipelineExecution(engine, by, input),
})

/** Stops an execution, waiting for its actions or abandoning them (P). */
export const stopPipelineExecution = operation({
  name: 'StopPipelineExecution',
  input: structure({ ...executionRef }, { abandon: boolean, reason: text({ max: 200 }) }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  changes: true,
  busy: 'ConflictException',
  taken: 'ConflictException',
  run: ({ engine }, by, input) => steer.stopPipelineExecution(engine, by, input),
})

/** Tells a source of a new revision (J14). */
export const putActionRevision = operation({
  name: 'PutActionRevision',
  input: structure({ ...actionRef, actionRevision }),
  resource: (input, arns) => arns.action(input),
  changes: true,
  run: ({ engine }, by, input) => revision.putActionRevision(engine, by, input),
})

/** One execution: its status, revisions and variables. */
export const getPipelineExecution = operation({
  name: 'GetPipelineExecution',
  input: structure({ ...executionRef }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  run: ({ engine }, by, input) => history.getPipelineExecution(engine, by, input),
})

/** A pipeline's executions, newest first (X11, R8). */
export const listPipelineExecutions = operation({
  name: 'ListPipelineExecutions',
  input: structure({ pipelineName }, { filter: executionFilter, ...page }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  run: ({ engine }, by, input) => history.listPipelineExecutions(engine, by, input),
})

/** A pipeline's actions as they ran, newest first (X11). */
export const listActionExecutions = operation({
  name: 'ListActionExecutions',
  input: structure({ pipelineName }, { filter: historyFilter, ...page }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  run: ({ engine }, by, input) => history.listActionExecutions(engine, by, input),
})

/** A pipeline's rules as they were judged, newest first. */
export const listRuleExecutions = operation({
  name: 'ListRuleExecutions',
  input: structure({ pipelineName }, { filter: historyFilter, ...page }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  run: ({ engine }, by, input) => rules.listRuleExecutions(engine, by, input),
})

/** The hosts of one deployment and how each fares. */
export const listDeployActionExecutionTargets = operation({
  name: 'ListDeployActionExecutionTargets',
  input: structure({ actionExecutionId: text() }, { pipelineName, filters: targetFilters, ...page }),
  resource: ({ pipelineName }, arns) => (pipelineName === undefined ? arns.everything() : arns.pipeline(pipelineName)),
  run({ engine, deploymentsThere }, by, { filters, ...rest }) {
    const input = {
      ...rest,
      // To the model a filter without a name or without values is legal: it filters nothing.
      filters: filters?.flatMap(({ name, values }) => (name && values ? [{ name, values }] : [])),
    }
    return targets.deployTargetsOf(engine, by, input, async (id) => deploymentsThere()?.targetsOf(id))
  },
})
