import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { webhookName } from '../schemas/names.js'

/** Deletes a webhook; succeeds when there is none (D1). */
export const deleteWebhook = operation({
  name: 'DeleteWebhook',
  input: structure({ name: webhookName }),
  resource: ({ name }, arns) => arns.webhook(name),
  changes: true,
  call: (operations, by, input) => operations.deleteWebhook(by, input),
})
