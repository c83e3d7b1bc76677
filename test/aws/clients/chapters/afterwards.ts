/** Everything that can be looked at, once there is something to see. */
import type { World } from '../../support/world.js'

const items = async (world: World, operation: string, input: object = {}) => {
  const answer = await world.call(operation, input)
  return Object.values(answer).find(Array.isArray) as Record<string, string>[]
}

export async function lookAround(world: World): Promise<void> {
  for (const { name: pipelineName } of await items(world, 'ListPipelines')) {
    await world.call('GetPipelineState', { name: pipelineName })
    for (const { pipelineExecutionId } of await items(world, 'ListPipelineExecutions', { pipelineName })) {
      await world.call('GetPipelineExecution', { pipelineName, pipelineExecutionId })
    }
    await world.call('ListRuleExecutions', { pipelineName })
    for (const { actionExecutionId } of await items(world, 'ListActionExecutions', { pipelineName })) {
      await world.call('ListDeployActionExecutionTargets', { pipelineName, actionExecutionId })
    }
  }
}

/** W1, W6: one that lets this machine in, and one whose signature is missing. */
export async function calledWebhooks(world: World, targetPipeline: string): Promise<void> {
  const common = { targetPipeline, targetAction: 'Fetch', filters: [{ jsonPath: '$.ref' }] }
  const ways = [
    ['IP', { AllowedIPRange: '127.0.0.0/8' }],
    ['GITHUB_HMAC', { SecretToken: 'a secret' }],
  ] as const
  for (const [authentication, authenticationConfiguration] of ways) {
    const definition = { ...common, name: authentication, authentication, authenticationConfiguration }
    const { webhook } = await world.call('PutWebhook', { webhook: definition })
    const { url } = webhook as { url: string }
    await fetch(url, { method: 'POST', body: '{"ref":"x"}', headers: { 'content-type': 'application/json' } })
  }
  const { webhooks } = await world.call('ListWebhooks')
  expect(webhooks).toMatchObject([{ errorCode: expect.any(String) }, { lastTriggered: expect.any(Number) }])
}
