import { type AwsAccess, awsAccessSchema } from '@penstock/core/aws'

/** The plugin's section of penstock.yaml. */
export interface EcsConfig extends AwsAccess {
  /** Between two looks at a deployment; 10 when absent. */
  readonly pollSeconds?: number
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  ...awsAccessSchema,
  properties: {
    ...awsAccessSchema.properties,
    pollSeconds: { type: 'number', exclusiveMinimum: 0, default: 10 },
  },
} as const
