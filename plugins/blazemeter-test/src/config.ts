/** The plugin's section of penstock.yaml. */
export interface BlazeMeterConfig {
  /** The service's address, without a slash at its end; another one for a private cloud or a proxy. */
  readonly baseUrl?: string
  /** The account that actions use which name none. */
  readonly apiKeyId?: string
  readonly apiKeySecret?: string
  /** Seconds between two looks at a running test. */
  readonly pollSeconds?: number
}

export const defaultBaseUrl = 'https://a.blazemeter.com'

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    baseUrl: { type: 'string', pattern: '^https?://.*[^/]$', default: defaultBaseUrl },
    apiKeyId: { type: 'string', minLength: 1 },
    apiKeySecret: { type: 'string', minLength: 1 },
    pollSeconds: { type: 'number', exclusiveMinimum: 0, default: 10 },
  },
  dependentRequired: { apiKeyId: ['apiKeySecret'], apiKeySecret: ['apiKeyId'] },
} as const
