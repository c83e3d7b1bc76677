/** What an agent may look at. */
import { defined } from '../../domain/defined.js'
import type { ActionExecutionDetail } from '../../engine/views.js'
import { actionExecutionsOf } from '../api/action-executions.js'
import { pickAction } from '../verbs/logs.js'
import { executionsOf, onPipeline, pickExecution, stateOf } from '../verbs/pick.js'
import { explain } from './explain.js'
import { lastLines } from './last-lines.js'
import { execution, pipeline, tool } from './tool.js'

const listPipelines = tool<{ nameContains?: string; nextToken?: string }>({
  name: 'list_pipelines',
  title: 'List pipelines',
  description:
    'Pipelines with the status of each stage, whether the way into it is closed, approvals that wait, and the latest execution. At most 100; nextToken has more.',
  properties: {
    nameContains: { type: 'string', description: 'only those whose names hold this' },
    nextToken: { type: 'string' },
  },
  run: (client, { nameContains, nextToken }) =>
    client.listPipelineOverviews({ maxResults: 100, ...defined({ nameContains, nextToken }) }),
})

const getPipeline = tool<{ pipeline: string }>({
  name: 'get_pipeline',
  title: "Read a pipeline's definition",
  description:
    'The stages, actions, triggers and variables of a pipeline, as get-pipeline answers; secrets are masked.',
  properties: { pipeline },
  required: ['pipeline'],
  run: (client, { pipeline: name }) => onPipeline(client, name, () => client.getPipeline({ name })),
})

const explainPipeline = tool<{ pipeline: string }>({
  name: 'explain_pipeline',
  title: 'Say what a pipeline does, why it waits, why it failed',
  description:
    'Each stage with what runs, what waits for what (a person, a closed transition, another execution), what failed with its error and the last lines of its log, and sources that cannot be polled. Ask this first.',
  properties: { pipeline },
  required: ['pipeline'],
  run: async (client, { pipeline: name }) => explain(client, await stateOf(client, name)),
})

const listExecutions = tool<{ pipeline: string; limit?: number }>({
  name: 'list_executions',
  title: 'List executions',
  description: "A pipeline's executions, the newest first: status, trigger, source revisions.",
  properties: { pipeline, limit: { type: 'integer', minimum: 1, maximum: 100, description: '20 unless given' } },
  required: ['pipeline'],
  run: (client, { pipeline: name, limit = 20 }) => executionsOf(client, name, limit),
})

const getExecution = tool<{ pipeline: string; execution?: string }>({
  name: 'get_execution',
  title: 'Read an execution',
  description:
    'One execution with every action that ran: status, times, error, output variables, and the artifacts that it made (bucket and key, for any S3 client).',
  properties: { pipeline, execution },
  required: ['pipeline'],
  async run(client, { pipeline: name, execution: given }) {
    const { pipelineExecutionId } = await pickExecution(client, name, given)
    const [{ pipelineExecution }, actions] = await Promise.all([
      client.getPipelineExecution({ pipelineName: name, pipelineExecutionId }),
      actionExecutionsOf(client, name, pipelineExecutionId),
    ])
    return { pipelineExecution, actions: actions.map(withoutInput) }
  },
})

/** Without the configuration: get_pipeline has it, and it is long. */
function withoutInput({ input, ...action }: ActionExecutionDetail) {
  const { category, provider } = input.actionTypeId
  return { ...action, actionType: `${category}/${provider}` }
}

const readLog = tool<{ pipeline: string; action: string; execution?: string; lines?: number }>({
  name: 'read_log',
  title: "Read the end of an action's log",
  description: "The last lines of an action's log, with secrets masked. The action's newest attempt in the execution.",
  properties: {
    pipeline,
    action: { type: 'string', description: "the action's name, or STAGE/ACTION" },
    execution,
    lines: { type: 'integer', minimum: 1, maximum: 1000, description: '100 unless given' },
  },
  required: ['pipeline', 'action'],
  async run(client, { pipeline: pipelineName, action, execution: given, lines = 100 }) {
    const { pipelineExecutionId } = await pickExecution(client, pipelineName, given)
    const { actionExecutionId, status } = await pickAction(client, pipelineName, pipelineExecutionId, action)
    const log = await lastLines(client, { pipelineName, pipelineExecutionId, actionExecutionId }, lines)
    return { pipelineExecutionId, actionExecutionId, status, log }
  },
})

const listTests = tool<{ pipeline: string; execution?: string }>({
  name: 'list_test_reports',
  title: "List an execution's test reports",
  description: 'How many tests passed and failed, which newly fail, and which are flaky.',
  properties: { pipeline, execution },
  required: ['pipeline'],
  async run(client, { pipeline: pipelineName, execution: given }) {
    const { pipelineExecutionId } = await pickExecution(client, pipelineName, given)
    const actions = await actionExecutionsOf(client, pipelineName, pipelineExecutionId)
    const found = await Promise.all(
      actions.map(async ({ stageName, actionName, actionExecutionId }) => {
        const { testReports } = await client.listTestReports({ pipelineName, actionExecutionId })
        return { stageName, actionName, testReports }
      }),
    )
    return { pipelineExecutionId, actions: found.filter(({ testReports }) => testReports.length > 0) }
  },
})

export const reading = [
  listPipelines,
  explainPipeline,
  getPipeline,
  listExecutions,
  getExecution,
  readLog,
  listTests,
] as const
