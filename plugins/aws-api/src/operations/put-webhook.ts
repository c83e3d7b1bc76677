import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { tags } from '../schemas/tag.js'
import { webhook } from '../schemas/webhook.js'

/** Makes or changes a webhook (W1 to W3). */
export const putWebhook = operation({
  name: 'PutWebhook',
  input: structure({ webhook }, { tags }),
  resource: ({ webhook }, arns) => [arns.webhook(webhook.name), arns.pipeline(webhook.targetPipeline)],
  changes: true,
  call: (operations, by, input) => operations.putWebhook(by, input),
})
