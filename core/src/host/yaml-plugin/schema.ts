import { actionCategories } from '../../domain/action-type.js'
import type { JsonSchema } from '../plugin.js'

const text = { type: 'string', minLength: 1 } as const
/** What `sh -ec` can be given as one argument. */
const script = { type: 'string', minLength: 1, maxLength: 100_000, description: 'a shell script' } as const
const count = {
  description: 'how many artifacts: a number from 0 to 5, or [least, most]',
  oneOf: [
    { type: 'integer', minimum: 0, maximum: 5 },
    { type: 'array', items: { type: 'integer', minimum: 0, maximum: 5 }, minItems: 2, maxItems: 2 },
  ],
} as const
const variable = '^[A-Za-z_][A-Za-z0-9_]*$'

const property = {
  type: 'object',
  required: ['description'],
  properties: {
    description: { ...text, description: 'what it is for' },
    type: { enum: ['string', 'number', 'boolean'] },
    required: { type: 'boolean' },
    key: { type: 'boolean' },
    secret: { type: 'boolean' },
    queryable: { type: 'boolean' },
    default: { type: ['string', 'number', 'boolean'] },
    enum: { type: 'array', items: text, minItems: 1 },
    pattern: text,
    example: text,
    env: { type: 'string', pattern: variable, description: 'a name for an environment variable' },
  },
} as const

const output = {
  type: 'object',
  properties: {
    folder: { ...text, description: 'relative to where the command runs' },
    files: { type: 'array', items: text, minItems: 1, description: 'globs' },
  },
} as const

const action = {
  type: 'object',
  required: ['category', 'provider', 'run'],
  properties: {
    category: { enum: actionCategories.filter((category) => category !== 'Approval') },
    provider: { type: 'string', pattern: '^[0-9A-Za-z_-]{1,35}$', description: "1 to 35 letters, digits, '_' or '-'" },
    version: { type: 'string', pattern: '^[0-9A-Za-z_-]{1,9}$', description: "in quotes, such as '1'" },
    description: text,
    inputArtifacts: count,
    outputArtifacts: count,
    configuration: { type: 'object', additionalProperties: property },
    environment: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      propertyNames: { pattern: variable },
    },
    run: { ...script, description: 'the shell script that does the work' },
    poll: { ...script, description: 'a shell script that prints the newest revision id' },
    shell: { type: 'string', pattern: '^[\\w./+-]+$', description: 'sh, bash, or an absolute path' },
    outputs: { type: 'array', items: output, minItems: 1, maxItems: 5 },
    timeoutInMinutes: { type: 'number', exclusiveMinimum: 0, maximum: 1440 },
    idempotent: { type: 'boolean' },
    entityUrl: { type: 'string', pattern: '^https?://' },
  },
} as const

/** A plugin that is a YAML file: every key. README.md here explains each. */
export const yamlPluginSchema: JsonSchema = {
  type: 'object',
  required: ['actions'],
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,63}$', description: "lower-case letters, digits and '-'" },
    version: text,
    apiVersion: { ...text, description: 'a semver range such as "^1.0"' },
    description: text,
    actions: { type: 'array', items: action, minItems: 1 },
  },
}
