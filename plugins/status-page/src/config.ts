import type { JsonSchema } from '@penstock/core'

/** The plugin's section of penstock.yaml. */
export interface StatusPageConfig {
  /** Shown beside the product's name, to tell one server from another. Nothing when absent. */
  readonly title?: string
  /** Whether strangers may see badges. */
  readonly publicBadges?: boolean
}

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    title: { type: 'string', maxLength: 60, description: 'Shown beside the name Penstock on every page.' },
    publicBadges: {
      type: 'boolean',
      default: false,
      description:
        'Shows /pipelines/NAME/badge.svg to everybody, for READMEs; without it a session or an access key is asked for.',
    },
  },
}
