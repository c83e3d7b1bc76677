import {
  type ActionState,
  type CodePipelineClient,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
} from '@aws-sdk/client-codepipeline'

/** Asks until `look` answers something. Errors: `what` did not happen in time. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; ) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`${what}: not within ${seconds} seconds`)
}

/** Waits for the pipeline's n-th execution, from 1, to succeed. Errors: it failed, naming the action and its reason. */
export function untilSucceeded(
  client: CodePipelineClient,
  pipelineName: string,
  n: number,
  seconds: number,
): Promise<string> {
  return until(`execution ${n} of pipeline ${pipelineName} succeeds`, seconds, async () => {
    const { pipelineExecutionSummaries = [] } = await client.send(new ListPipelineExecutionsCommand({ pipelineName }))
    const execution = pipelineExecutionSummaries.at(-n)
    const id = execution?.pipelineExecutionId
    if (execution === undefined || id === undefined || execution.status === 'InProgress') return undefined
    if (execution.status === 'Succeeded') return id
    throw new Error(
      `execution ${n} of pipeline ${pipelineName} is ${execution.status}: ${await failureOf(client, pipelineName, id)}`,
    )
  })
}

async function failureOf(
  client: CodePipelineClient,
  pipelineName: string,
  pipelineExecutionId: string,
): Promise<string> {
  const filter = { pipelineExecutionId }
  const { actionExecutionDetails = [] } = await client.send(new ListActionExecutionsCommand({ pipelineName, filter }))
  const failed = actionExecutionDetails.filter(({ status }) => status === 'Failed')
  const words = failed.map(
    ({ actionName, output }) => `${actionName}: ${output?.executionResult?.errorDetails?.message}`,
  )
  return words.join('; ') || 'no action failed'
}

/** The categories of the actions that succeeded in an execution. */
export async function categoriesOf(
  client: CodePipelineClient,
  pipelineName: string,
  pipelineExecutionId: string,
): Promise<string[]> {
  const filter = { pipelineExecutionId }
  const { actionExecutionDetails = [] } = await client.send(new ListActionExecutionsCommand({ pipelineName, filter }))
  const succeeded = actionExecutionDetails.filter(({ status }) => status === 'Succeeded')
  return [...new Set(succeeded.map(({ input }) => input?.actionTypeId?.category ?? '?'))].sort()
}

/** An action's state now. */
export async function actionState(
  client: CodePipelineClient,
  name: string,
  stage: string,
): Promise<ActionState | undefined> {
  const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name }))
  return stageStates.find(({ stageName }) => stageName === stage)?.actionStates?.[0]
}
