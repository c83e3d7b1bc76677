import type { JsonSchema } from '../../host/plugin.js'

const text: JsonSchema = { type: 'string', minLength: 1 }

/** `pipelines:` of penstock.yaml: a folder, or a folder of a git repository. */
export const pipelinesSchema: JsonSchema = {
  type: ['string', 'object'],
  default: 'pipelines',
  minLength: 1,
  description: 'a folder, or { git: URL, path: FOLDER }',
  required: ['git'],
  properties: {
    git: text,
    branch: { ...text, default: 'main' },
    path: {
      type: 'string',
      default: '.',
      pattern: '^(?!/)(?!(.*/)?\\.\\.(/|$)).*$',
      description: 'a folder of the repository, such as ci/pipelines',
    },
    username: text,
    token: text,
    tokenFile: text,
    identityFile: text,
    knownHostsFile: text,
    caFile: text,
  },
}
