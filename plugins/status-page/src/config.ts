import type { JsonSchema } from '@penstock/core'

/** The plugin's section of penstock.yaml. */
export interface StatusPageConfig {
  /** Shown beside the product's name, to tell one server from another. Nothing when absent. */
  readonly title?: string
}

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    title: { type: 'string', maxLength: 60, description: 'Shown beside the name Penstock on every page.' },
  },
}
