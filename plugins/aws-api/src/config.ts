import type { JsonSchema } from '@penstock/core'

/** The plugin's section of penstock.yaml. */
export interface Config {
  readonly maxRequestBytes: number
  readonly maxWebhookBytes: number
  readonly uploadExpiryHours: number
  readonly trustedProxies?: string
}

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    maxRequestBytes: {
      type: 'integer',
      minimum: 65_536,
      default: 4_194_304,
      description: 'How large a CodePipeline API request may be',
    },
    maxWebhookBytes: {
      type: 'integer',
      minimum: 1024,
      default: 26_214_400,
      description: 'How large the body of a webhook may be',
    },
    uploadExpiryHours: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 24,
      description: 'How long the parts of an unfinished multipart upload are kept',
    },
    trustedProxies: {
      type: 'string',
      description: 'Ranges of proxies, separated by commas, whose X-Forwarded-For tells who sent a webhook',
    },
  },
}
