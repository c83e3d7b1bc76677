import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { webhookName } from '../schemas/names.js'

/** Takes a webhook away from GitHub (W4). */
export const deregisterWebhookWithThirdParty = operation({
  name: 'DeregisterWebhookWithThirdParty',
  input: structure({}, { webhookName }),
  resource: ({ webhookName }, arns) => arns.webhook(webhookName ?? '*'),
  changes: true,
  call: (operations, by, input) => operations.deregisterWebhookWithThirdParty(by, input),
})
