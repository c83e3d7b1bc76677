/** Action types, webhooks and tags. */
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { artifactDetails, partnerType, type World } from '../support/world.js'
import { each, nextToken, type Row, reservedTag, tooManyTags } from './row.js'

const type = { category: 'Build', provider: 'Own', version: '1', ...artifactDetails }
const update = (id: object) => ({
  actionType: { id, executor: { type: 'JobWorker', configuration: {} }, ...artifactDetails },
})

/** A store that fails at one thing from now on, as a broken disk might. */
function breakActionTypes({ server }: World): void {
  const database = new Sqlite(join(server.server.config.dataDir, 'penstock.db'))
  database.exec(
    `create trigger broken before update on custom_action_types begin select raise(abort, 'the disk is on fire'); end`,
  )
  database.close()
}

const actionTypes: readonly Row[] = [
  ['CreateCustomActionType', 'InvalidTagsException', () => ({ ...type, tags: [reservedTag] })],
  ['CreateCustomActionType', 'TooManyTagsException', () => ({ ...type, tags: tooManyTags })],
  [
    'CreateCustomActionType',
    'LimitExceededException',
    async (world) => {
      const { actionTypes } = await world.call('ListActionTypes', { actionOwnerFilter: 'Custom' })
      const own = (actionTypes as { id: { version: string } }[]).filter(({ id }) => id.version === 'v2').length
      for (let more = own; more < 50; more++) {
        await world.call('CreateCustomActionType', { ...type, version: `${more}` })
      }
      return { ...type, version: '50' }
    },
  ],
  ['ListActionTypes', 'InvalidNextTokenException', () => ({ nextToken })],
  ['GetActionType', 'ActionTypeNotFoundException', () => ({ ...partnerType, provider: 'Nobody' })],
  ['UpdateActionType', 'ActionTypeNotFoundException', () => update({ ...partnerType, provider: 'Nobody' })],
  [
    'UpdateActionType',
    'RequestFailedException',
    (world) => {
      breakActionTypes(world)
      return update(partnerType)
    },
  ],
]

const hook = {
  name: 'hook',
  targetAction: 'Fetch',
  filters: [{ jsonPath: '$.ref' }],
  authentication: 'UNAUTHENTICATED',
  authenticationConfiguration: {},
}
const webhook = async (world: World, change: object = {}) => {
  return { webhook: { ...hook, targetPipeline: (await world.pipeline()).pipelineName, ...change } }
}

const webhooks: readonly Row[] = [
  ['PutWebhook', 'PipelineNotFoundException', () => ({ webhook: { ...hook, targetPipeline: 'none' } })],
  [
    'PutWebhook',
    'InvalidWebhookFilterPatternException',
    (world) => webhook(world, { filters: [{ jsonPath: 'no path' }] }),
  ],
  [
    'PutWebhook',
    'InvalidWebhookAuthenticationParametersException',
    (world) => webhook(world, { authentication: 'GITHUB_HMAC' }),
  ],
  ['PutWebhook', 'InvalidTagsException', async (world) => ({ ...(await webhook(world)), tags: [reservedTag] })],
  ['PutWebhook', 'TooManyTagsException', async (world) => ({ ...(await webhook(world)), tags: tooManyTags })],
  [
    'PutWebhook',
    'LimitExceededException',
    async (world) => {
      const given = await webhook(world)
      const named = (index: number) => ({ webhook: { ...given.webhook, name: `hook-${index}` } })
      for (let index = 0; index < 300; index++) await world.call('PutWebhook', named(index))
      return named(300)
    },
  ],
  ['ListWebhooks', 'InvalidNextTokenException', () => ({ NextToken: nextToken })],
  ...each(['RegisterWebhookWithThirdParty', 'DeregisterWebhookWithThirdParty'], 'WebhookNotFoundException', () => ({
    webhookName: 'none',
  })),
]

const changes = { tags: [{ key: 'a', value: 'b' }], tagKeys: ['a'] }
const tagging = ['TagResource', 'UntagResource', 'ListTagsForResource']
const tagged = async (world: World) => ({ resourceArn: world.arn((await world.pipeline()).pipelineName) })

const tags: readonly Row[] = [
  ...each(tagging, 'ResourceNotFoundException', (world) => ({ resourceArn: world.arn('none'), ...changes })),
  ...each(tagging, 'InvalidArnException', ({ server }) => {
    return { resourceArn: `arn:aws:codepipeline:mars-east-1:${server.accountId}:none`, ...changes }
  }),
  ['TagResource', 'InvalidTagsException', async (world) => ({ ...(await tagged(world)), tags: [reservedTag] })],
  [
    'UntagResource',
    'InvalidTagsException',
    async (world) => ({ ...(await tagged(world)), tagKeys: [reservedTag.key] }),
  ],
  ['TagResource', 'TooManyTagsException', async (world) => ({ ...(await tagged(world)), tags: tooManyTags })],
  ['ListTagsForResource', 'InvalidNextTokenException', async (world) => ({ ...(await tagged(world)), nextToken })],
]

export const resources: readonly Row[] = [...actionTypes, ...webhooks, ...tags]
