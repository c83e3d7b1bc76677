import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { maxResults, nextToken } from '../schemas/page.js'

/** The webhooks. Its page members, alone among all, are in capitals (W5). */
export const listWebhooks = operation({
  name: 'ListWebhooks',
  input: structure({}, { NextToken: nextToken, MaxResults: maxResults }),
  resource: (_, arns) => arns.webhook('*'),
  call: async (operations, by, input) => {
    const { webhooks, nextToken } = await operations.listWebhooks(by, {
      nextToken: input.NextToken,
      maxResults: input.MaxResults,
    })
    return { webhooks, NextToken: nextToken }
  },
})
