/** Build projects, in the shape that CodeBuild's model has for them. */

/**
 * A variable of a project or an action, as CodeBuild's model has it.
 * @example
 * const stage: BuildVariable = { name: 'STAGE', value: 'beta', type: 'PLAINTEXT' }
 */
export interface BuildVariable {
  readonly name: string
  readonly value: string
  /** PLAINTEXT when absent. */
  readonly type?: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER'
}

/**
 * A build project: those members of CodeBuild's model that mean something here, by its names.
 * @example
 * const web: BuildProject = { name: 'web', source: { buildspec: 'ci/buildspec.yml' } }
 */
export interface BuildProject {
  readonly name: string
  readonly description?: string
  readonly source?: { readonly type?: string; readonly buildspec?: string }
  readonly environment?: {
    readonly type?: string
    readonly image?: string
    readonly computeType?: string
    readonly environmentVariables?: readonly BuildVariable[]
    readonly privilegedMode?: boolean
  }
  readonly cache?: { readonly type: 'NO_CACHE' | 'LOCAL' | 'S3'; readonly modes?: readonly string[] }
  readonly timeoutInMinutes?: number
  readonly encryptionKey?: string
  readonly serviceRole?: string
  readonly badge?: { readonly badgeEnabled?: boolean }
}

type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const texts: Schema = { type: 'array', items: text }
/** Members of the model that are taken as they come, so that what `batch-get-projects` prints can be declared. */
const taken = [
  'arn',
  'artifacts',
  'autoRetryLimit',
  'buildBatchConfig',
  'concurrentBuildLimit',
  'created',
  'fileSystemLocations',
  'lastModified',
  'logsConfig',
  'projectVisibility',
  'publicProjectAlias',
  'queuedTimeoutInMinutes',
  'resourceAccessRole',
  'secondaryArtifacts',
  'secondarySourceVersions',
  'secondarySources',
  'sourceVersion',
  'tags',
  'vpcConfig',
  'webhook',
] as const

/**
 * A project as it is declared, as a JSON Schema: CodeBuild's Project, of which only the name must be there.
 * @example
 * const schema = { type: 'array', items: buildProjectSchema }
 */
export const buildProjectSchema: Schema = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: {
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$',
      description: '2 to 150 letters, digits, - or _',
    },
    description: text,
    source: {
      type: 'object',
      properties: { type: text, buildspec: text },
      additionalProperties: true,
    },
    environment: {
      type: 'object',
      additionalProperties: true,
      properties: {
        type: text,
        image: { type: 'string', minLength: 1 },
        computeType: text,
        privilegedMode: { type: 'boolean' },
        environmentVariables: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'value'],
            additionalProperties: false,
            properties: {
              name: {
                type: 'string',
                pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
                description: 'letters, digits and _, no digit first',
              },
              value: text,
              type: { enum: ['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER'] },
            },
          },
        },
      },
    },
    cache: {
      type: 'object',
      required: ['type'],
      properties: { type: { enum: ['NO_CACHE', 'LOCAL', 'S3'] }, location: text, modes: texts },
    },
    timeoutInMinutes: { type: 'integer', minimum: 5, maximum: 2160 },
    encryptionKey: text,
    serviceRole: text,
    badge: { type: 'object', additionalProperties: true, properties: { badgeEnabled: { type: 'boolean' } } },
    ...Object.fromEntries(taken.map((name) => [name, {}])),
  },
}
