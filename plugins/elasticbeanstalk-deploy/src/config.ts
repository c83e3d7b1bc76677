import { type AwsAccess, awsAccessSchema } from '@penstock/core/aws'

/** The plugin's section of penstock.yaml. */
export interface BeanstalkConfig extends AwsAccess {
  /** Where the bucket of application versions is, when it is not S3 itself. */
  readonly bucketEndpoint?: string
  /** Between two looks at the environment; 10 when absent. */
  readonly pollSeconds?: number
  /** How long a deployment may take; 60 when absent. */
  readonly timeoutMinutes?: number
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  ...awsAccessSchema,
  properties: {
    ...awsAccessSchema.properties,
    bucketEndpoint: { type: 'string', pattern: '^https?://' },
    pollSeconds: { type: 'number', exclusiveMinimum: 0, default: 10 },
    timeoutMinutes: { type: 'number', minimum: 1, default: 60 },
  },
} as const
