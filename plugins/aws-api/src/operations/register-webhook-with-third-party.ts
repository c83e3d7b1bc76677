import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { webhookName } from '../schemas/names.js'

/** Tells GitHub of a webhook (W4). */
export const registerWebhookWithThirdParty = operation({
  name: 'RegisterWebhookWithThirdParty',
  input: structure({}, { webhookName }),
  resource: ({ webhookName }, arns) => arns.webhook(webhookName ?? '*'),
  changes: true,
  call: (operations, by, input) => operations.registerWebhookWithThirdParty(by, input),
})
