import {
  artifactCounts,
  flag,
  propertyLimit,
  propertyName,
  providerName,
  url,
  versionPattern,
} from '../app/action-type-words.js'
import { actionCategories } from '../domain/action-type.js'
import type { JsonSchema } from '../host/plugin.js'

const artifacts = artifactCounts(10)

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
        provider: providerName,
        version: { type: 'string', pattern: versionPattern, description: '1 to 9 letters, digits, _ or -' },
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
      maxItems: propertyLimit,
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: propertyName,
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
