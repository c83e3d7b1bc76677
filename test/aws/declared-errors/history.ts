/** What was: executions, actions, rules and targets. */
import { each, nextToken, type Row, uuid } from './row.js'

const lists = ['ListActionExecutions', 'ListPipelineExecutions', 'ListRuleExecutions']

export const history: readonly Row[] = [
  ...each([...lists, 'GetPipelineExecution'], 'PipelineNotFoundException', () => {
    return { pipelineName: 'none', pipelineExecutionId: uuid }
  }),
  ...each(lists, 'InvalidNextTokenException', async (world) => {
    return { pipelineName: (await world.pipeline()).pipelineName, nextToken }
  }),
  ...each(
    ['GetPipelineExecution', 'ListActionExecutions', 'ListRuleExecutions'],
    'PipelineExecutionNotFoundException',
    async (world) => ({
      pipelineName: (await world.pipeline()).pipelineName,
      pipelineExecutionId: uuid,
      filter: { pipelineExecutionId: uuid },
    }),
  ),
  ['ListPipelines', 'InvalidNextTokenException', () => ({ nextToken })],
  ['ListDeployActionExecutionTargets', 'ActionExecutionNotFoundException', () => ({ actionExecutionId: uuid })],
  [
    'ListDeployActionExecutionTargets',
    'PipelineNotFoundException',
    () => ({ pipelineName: 'none', actionExecutionId: uuid }),
  ],
  [
    'ListDeployActionExecutionTargets',
    'InvalidNextTokenException',
    async (world) => {
      const { pipelineName } = await world.pipeline()
      const { actionExecutionDetails } = await world.call('ListActionExecutions', { pipelineName })
      const [action] = actionExecutionDetails as { actionExecutionId: string }[]
      return { pipelineName, actionExecutionId: action?.actionExecutionId, nextToken }
    },
  ],
]
