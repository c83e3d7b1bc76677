import { type AwsAccess, awsAccessSchema } from '@penstock/core/aws'

/** The plugin's section of penstock.yaml. */
export interface CloudFormationConfig extends AwsAccess {
  /** Where templates of more than 51,200 bytes are put for CloudFormation to read; they are refused when absent. */
  readonly templateBucket?: string
  /** Where that bucket is, when it is not S3 itself. */
  readonly templateBucketEndpoint?: string
  /** Between two looks at a stack; 5 when absent. */
  readonly pollSeconds?: number
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  ...awsAccessSchema,
  properties: {
    ...awsAccessSchema.properties,
    templateBucket: { type: 'string', minLength: 3 },
    templateBucketEndpoint: { type: 'string', pattern: '^https?://' },
    pollSeconds: { type: 'number', exclusiveMinimum: 0, default: 5 },
  },
} as const
