/** The plugin's section of penstock.yaml: what actions use that do not say it themselves. */
export interface JenkinsConfig {
  /** Jenkins' address. */
  readonly url?: string
  readonly userName?: string
  /** A user's API token, or password. */
  readonly apiToken?: string
  /** `api`: this plugin starts builds over Jenkins' API. `worker`: Jenkins polls for the jobs with its CodePipeline plugin. */
  readonly mode?: 'api' | 'worker'
  /** Seconds between two looks at a queued or running build. */
  readonly pollSeconds?: number
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mode: { enum: ['api', 'worker'], default: 'api' },
    url: { type: 'string', pattern: '^https?://' },
    userName: { type: 'string', minLength: 1 },
    apiToken: { type: 'string', minLength: 1 },
    pollSeconds: { type: 'number', exclusiveMinimum: 0, default: 3 },
  },
} as const
