import type { JsonSchema } from '@penstock/core'

/** A variable of a project or an action, as CodeBuild's model has it. */
export interface TypedVariable {
  readonly name: string
  readonly value: string
  /** PLAINTEXT when absent. */
  readonly type?: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER'
}

/** A build project: those members of CodeBuild's model that mean something here, by its names. */
export interface Project {
  readonly name: string
  readonly description?: string
  readonly source?: { readonly type?: string; readonly buildspec?: string }
  readonly environment?: {
    readonly type?: string
    readonly image?: string
    readonly computeType?: string
    readonly environmentVariables?: readonly TypedVariable[]
    readonly privilegedMode?: boolean
  }
  readonly cache?: { readonly type: 'NO_CACHE' | 'LOCAL' | 'S3'; readonly modes?: readonly string[] }
  readonly timeoutInMinutes?: number
  readonly encryptionKey?: string
  readonly serviceRole?: string
  readonly badge?: { readonly badgeEnabled?: boolean }
}

const text: JsonSchema = { type: 'string' }
const texts: JsonSchema = { type: 'array', items: text }
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

/** A project as it is declared: CodeBuild's Project, of which only the name must be there. */
export const projectSchema: JsonSchema = {
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

/** What a project asks for and does not get here, in words for the log. */
export function projectNotes(project: Project): readonly string[] {
  const { environment, cache } = project
  const asked = project as unknown as Readonly<Record<string, unknown>>
  const sourceType = project.source?.type ?? 'CODEPIPELINE'
  const passedOver = ['vpcConfig', 'fileSystemLocations', 'secondarySources', 'concurrentBuildLimit'].filter((name) => {
    const value = asked[name]
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
  })
  return [
    ...(sourceType === 'CODEPIPELINE' ? [] : [`source.type ${sourceType}: the source is the pipeline's`]),
    ...(environment?.privilegedMode ? ["environment.privilegedMode: a build has this machine's rights, no more"] : []),
    ...(cache?.type === 'S3' ? ['cache.type S3: the cache lies on this machine'] : []),
    ...passedOver.map((name) => `${name} is passed over`),
  ].map((note) => `project ${project.name}: ${note}`)
}

/** A project that nobody declared: the name of one. */
export function undeclared(name: string): Project {
  return { name }
}
