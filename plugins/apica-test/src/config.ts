/** The plugin's section of penstock.yaml. */
export interface ApicaConfig {
  /** The API's address with its version, without a slash at its end; trial accounts have another one. */
  readonly baseUrl?: string
  /** For actions that have none of their own. */
  readonly token?: string
  /** Seconds between two looks at a running test. */
  readonly pollSeconds?: number
}

export const defaultBaseUrl = 'https://api-ltp.apicasystem.com/v1'

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    baseUrl: { type: 'string', pattern: '^https?://.*[^/]$', default: defaultBaseUrl },
    token: { type: 'string', minLength: 1 },
    pollSeconds: { type: 'number', exclusiveMinimum: 0, default: 10 },
  },
} as const
