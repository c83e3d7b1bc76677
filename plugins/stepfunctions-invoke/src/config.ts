import { type AwsAccess, awsAccessSchema } from '@penstock/core/aws'

/** The plugin's section of penstock.yaml. */
export interface StepFunctionsConfig extends AwsAccess {
  /** Between two looks at an execution; 5 when absent. */
  readonly pollSeconds?: number
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  ...awsAccessSchema,
  properties: {
    ...awsAccessSchema.properties,
    pollSeconds: { type: 'number', exclusiveMinimum: 0, default: 5 },
  },
} as const
