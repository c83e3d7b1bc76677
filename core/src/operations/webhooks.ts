/** Webhooks: made, listed and taken away. */
import * as webhooks from '../engine/webhooks.js'
import { structure } from '../shape/shape.js'
import { checkJsonPaths } from './json-query.js'
import { operation } from './operation.js'
import { webhookName } from './shapes/names.js'
import { maxResults, nextToken } from './shapes/page.js'
import { tags } from './shapes/tag.js'
import { webhook } from './shapes/webhook.js'

/** Makes or changes a webhook (W1 to W3). */
export const putWebhook = operation({
  name: 'PutWebhook',
  input: structure({ webhook }, { tags }),
  resource: ({ webhook }, arns) => [arns.webhook(webhook.name), arns.pipeline(webhook.targetPipeline)],
  changes: true,
  busy: 'ConcurrentModificationException',
  taken: 'ConcurrentModificationException',
  async run({ engine, publicUrl }, _by, input) {
    await checkJsonPaths(input.webhook.filters.map(({ jsonPath }) => jsonPath))
    return webhooks.putWebhook(engine, publicUrl(), input)
  },
})

/** The webhooks. Its page members, alone among all, are in capitals (W5). */
export const listWebhooks = operation({
  name: 'ListWebhooks',
  input: structure({}, { NextToken: nextToken, MaxResults: maxResults }),
  resource: (_, arns) => arns.webhook('*'),
  async run({ engine, publicUrl }, _by, { NextToken, MaxResults: maxResults }) {
    const found = await webhooks.listWebhooks(engine, publicUrl(), { nextToken: NextToken, maxResults })
    return { webhooks: found.webhooks, NextToken: found.nextToken }
  },
})

/** Deletes a webhook; succeeds when there is none (D1). */
export const deleteWebhook = operation({
  name: 'DeleteWebhook',
  input: structure({ name: webhookName }),
  resource: ({ name }, arns) => arns.webhook(name),
  changes: true,
  busy: 'ConcurrentModificationException',
  taken: 'ConcurrentModificationException',
  run: ({ engine }, by, input) => webhooks.deleteWebhook(engine, by, input),
})

/** Tells GitHub of a webhook (W4). */
export const registerWebhookWithThirdParty = operation({
  name: 'RegisterWebhookWithThirdParty',
  input: structure({}, { webhookName }),
  resource: ({ webhookName }, arns) => arns.webhook(webhookName ?? '*'),
  changes: true,
  run: ({ engine }, _by, input) => webhooks.setRegistered(engine, input.webhookName, true),
})

/** Takes a webhook away from GitHub (W4). */
export const deregisterWebhookWithThirdParty = operation({
  name: 'DeregisterWebhookWithThirdParty',
  input: structure({}, { webhookName }),
  resource: ({ webhookName }, arns) => arns.webhook(webhookName ?? '*'),
  changes: true,
  run: ({ engine }, _by, input) => webhooks.setRegistered(engine, input.webhookName, false),
})
