import { actionCategories } from '../domain/action-type.js'
import type { JsonSchema } from '../host/plugin.js'

const name = { type: 'string', pattern: '^[0-9A-Za-z_-]{1,35}$', description: '1 to 35 letters, digits, _ or -' }
const count = { type: 'integer', minimum: 0, maximum: 10 }
const artifacts = {
  type: 'object',
  required: ['minimumCount', 'maximumCount'],
  properties: { minimumCount: count, maximumCount: count },
}
const url = { type: 'string', minLength: 1, maxLength: 2048 }
const flag = { type: 'boolean' }

/** An ActionTypeDeclaration of the service model, with defaults for what partners rarely change. */
export const actionTypeSchema: JsonSchema = {
  type: 'object',
  required: ['id', 'inputArtifactDetails', 'outputArtifactDetails'],
  properties: {
    description: { type: 'string', minLength: 1, maxLength: 1024 },
    id: {
      type: 'object',
      required: ['category', 'provider', 'version'],
      properties: {
        category: { enum: actionCategories },
        owner: { enum: ['ThirdParty'], default: 'ThirdParty' },
        provider: name,
        version: { type: 'string', pattern: '^[0-9A-Za-z_-]{1,9}$', description: '1 to 9 letters, digits, _ or -' },
      },
    },
    executor: {
      type: 'object',
      default: {},
      properties: {
        type: { enum: ['JobWorker'], default: 'JobWorker' },
        configuration: { type: 'object', default: {}, additionalProperties: true },
        policyStatementsTemplate: { type: 'string' },
        jobTimeout: { type: 'integer', minimum: 60, maximum: 43_200 },
      },
    },
    inputArtifactDetails: artifacts,
    outputArtifactDetails: artifacts,
    permissions: { type: 'object', additionalProperties: true },
    properties: {
      type: 'array',
      maxItems: 10,
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 50 },
          optional: flag,
          key: flag,
          noEcho: flag,
          queryable: flag,
          description: { type: 'string', minLength: 1, maxLength: 250 },
        },
      },
    },
    urls: {
      type: 'object',
      properties: {
        configurationUrl: url,
        entityUrlTemplate: url,
        executionUrlTemplate: url,
        revisionUrlTemplate: url,
      },
    },
  },
}
