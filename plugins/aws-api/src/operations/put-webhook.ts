import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { tags } from '../schemas/tag.js'
import { webhook } from '../schemas/webhook.js'
import { checkJsonPaths } from '../webhooks/json-query.js'

/** Makes or changes a webhook (W1 to W3). */
export const putWebhook = operation({
  name: 'PutWebhook',
  input: structure({ webhook }, { tags }),
  resource: ({ webhook }, arns) => [arns.webhook(webhook.name), arns.pipeline(webhook.targetPipeline)],
  changes: true,
  call: async (operations, by, input) => {
    // The engine has no JSONPath of its own (W2).
    await checkJsonPaths(input.webhook.filters.map(({ jsonPath }) => jsonPath))
    return operations.putWebhook(by, input)
  },
})
