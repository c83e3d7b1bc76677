import { type AwsAccess, awsAccessSchema } from '@penstock/core/aws'

/** The plugin's section of penstock.yaml. */
export interface S3DeployConfig extends AwsAccess {
  /** `endpoint/bucket/key`; true when absent and there is an endpoint. */
  readonly forcePathStyle?: boolean
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  ...awsAccessSchema,
  properties: { ...awsAccessSchema.properties, forcePathStyle: { type: 'boolean' } },
} as const
