import { actionCategories } from '../domain/action-type.js'
import type { JsonSchema } from '../host/plugin.js'
import {
  artifactCounts,
  flag,
  propertyLimit,
  propertyName,
  providerName,
  url,
  versionPattern,
} from './action-type-words.js'

const artifacts = artifactCounts(5)

/** One custom action type of penstock.yaml: the input of CreateCustomActionType (J1, J2), its flags false unless given. */
export const actionTypeConfigSchema: JsonSchema = {
  type: 'object',
  required: ['category', 'provider', 'version', 'inputArtifactDetails', 'outputArtifactDetails'],
  properties: {
    category: { enum: actionCategories },
    provider: providerName,
    version: {
      type: 'string',
      pattern: versionPattern,
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
      maxItems: propertyLimit,
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: propertyName,
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
