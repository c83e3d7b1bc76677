/** The plugin's section of penstock.yaml. */
export interface S3SourceConfig {
  /** Where the buckets are; the server's own region when absent. */
  readonly region?: string
  /** A store that speaks S3 instead of AWS. */
  readonly endpoint?: string
  /** `endpoint/bucket/key`; true when absent and there is an endpoint. */
  readonly forcePathStyle?: boolean
  /** The usual places of the AWS SDK when absent. */
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
}

const text = { type: 'string', minLength: 1 } as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    region: text,
    endpoint: { type: 'string', pattern: '^https?://' },
    forcePathStyle: { type: 'boolean' },
    accessKeyId: text,
    secretAccessKey: text,
  },
  dependentRequired: { accessKeyId: ['secretAccessKey'], secretAccessKey: ['accessKeyId'] },
} as const
