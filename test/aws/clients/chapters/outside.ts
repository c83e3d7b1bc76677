/** Webhooks, and a partner's worker. */
import { eventually } from '../../support/eventually.js'
import type { World } from '../../support/world.js'

/** A webhook is made, shown, changed and taken away (W1..W5). */
export async function webhooks(world: World, targetPipeline: string): Promise<void> {
  const webhook = {
    name: 'hook',
    targetPipeline,
    targetAction: 'Fetch',
    filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/main' }],
    authentication: 'GITHUB_HMAC',
    authenticationConfiguration: { SecretToken: 'a secret of the webhook' },
  }
  const hidden = { ...webhook, authenticationConfiguration: { SecretToken: '****' } }
  const put = await world.call('PutWebhook', { webhook, tags: [{ key: 'a', value: 'b' }] })
  expect(put).toMatchObject({ webhook: { definition: hidden, arn: world.arn('webhook:hook') } })
  expect(await world.call('RegisterWebhookWithThirdParty', { webhookName: 'hook' })).toEqual({})
  expect(await world.call('ListWebhooks')).toMatchObject({ webhooks: [{ definition: hidden }] })
  expect(await world.call('DeregisterWebhookWithThirdParty', { webhookName: 'hook' })).toEqual({})
  expect(await world.call('DeleteWebhook', { name: 'hook' })).toEqual({})
  expect(await world.call('ListWebhooks')).toEqual({ webhooks: [] })
}

/** J13: one job that goes well, and one that fails. */
export async function partner(world: World): Promise<void> {
  const { clientToken } = world
  const first = { ...(await world.partnerJob()), clientToken }
  expect(await world.call('AcknowledgeThirdPartyJob', first)).toEqual({ status: 'InProgress' })
  const executionDetails = { summary: 'by a partner', percentComplete: 100 }
  const success = { jobId: first.jobId, clientToken, executionDetails }
  expect(await world.call('PutThirdPartyJobSuccessResult', success)).toEqual({})
  const second = { ...(await world.partnerJob()), clientToken }
  await world.call('AcknowledgeThirdPartyJob', second)
  const failureDetails = { type: 'ConfigurationError', message: 'no such project' }
  const failure = { jobId: second.jobId, clientToken, failureDetails }
  expect(await world.call('PutThirdPartyJobFailureResult', failure)).toEqual({})
  await eventually(async () => {
    const { pipelines } = await world.call('ListPipelines')
    const { name } = (pipelines as { name: string }[]).at(-1) ?? {}
    const { stageStates } = await world.call('GetPipelineState', { name })
    const [, build] = stageStates as { latestExecution?: { status: string } }[]
    return build?.latestExecution?.status === 'Failed'
  })
}
