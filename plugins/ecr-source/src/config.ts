import { type AwsAccess, awsAccessSchema } from '@penstock/core/aws'

/** A container registry that speaks the OCI distribution API. */
export interface RegistryConfig {
  /** `https://registry.example.com`. */
  readonly url: string
  /** With `password`, for registries that ask for a login. */
  readonly username?: string
  readonly password?: string
}

/** The plugin's section of penstock.yaml. */
export interface EcrConfig extends AwsAccess {
  /** Where repositories are instead of ECR. */
  readonly registry?: RegistryConfig
}

const text = { type: 'string', minLength: 1 } as const
/** Polls have no named secrets: a reference would be taken for the key itself. */
const inClear = { type: 'string', pattern: '^[^{]' } as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  ...awsAccessSchema,
  properties: {
    ...awsAccessSchema.properties,
    accessKeyId: inClear,
    secretAccessKey: inClear,
    sessionToken: inClear,
    registry: {
      type: 'object',
      additionalProperties: false,
      required: ['url'],
      properties: { url: { type: 'string', pattern: '^https?://' }, username: text, password: text },
      dependentRequired: { username: ['password'], password: ['username'] },
    },
  },
} as const
