import { actionCategories } from '../domain/action-type.js'
import type { JsonSchema } from '../host/plugin.js'

const count = { type: 'integer', minimum: 0, maximum: 5 }
const artifacts = {
  type: 'object',
  required: ['minimumCount', 'maximumCount'],
  properties: { minimumCount: count, maximumCount: count },
}
const url = { type: 'string', minLength: 1, maxLength: 2048 }
const flag = { type: 'boolean' }

/** One custom action type of penstock.yaml: the input of CreateCustomActionType (J1, J2), its flags false unless given. */
export const actionTypeConfigSchema: JsonSchema = {
  type: 'object',
  required: ['category', 'provider', 'version', 'inputArtifactDetails', 'outputArtifactDetails'],
  properties: {
    category: { enum: actionCategories },
    provider: { type: 'string', pattern: '^[0-9A-Za-z_-]{1,35}$', description: '1 to 35 letters, digits, _ or -' },
    version: {
      type: 'string',
      pattern: '^[0-9A-Za-z_-]{1,9}$',
      description: "1 to 9 letters, digits, _ or -, in quotes: '1'",
    },
    settings: {
      type: 'object',
      properties: {
        thirdPartyConfigurationUrl: url,
        entityUrlTemplate: url,
        executionUrlTemplate: url,
        revisionUrlTemplate: url,
      },
    },
    configurationProperties: {
      type: 'array',
      maxItems: 10,
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 50 },
          description: { type: 'string', minLength: 1, maxLength: 160 },
          type: { enum: ['String', 'Number', 'Boolean'] },
          required: flag,
          key: flag,
          secret: flag,
          queryable: flag,
        },
      },
    },
    inputArtifactDetails: artifacts,
    outputArtifactDetails: artifacts,
  },
}
