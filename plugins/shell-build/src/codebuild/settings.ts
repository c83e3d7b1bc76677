import { type BuildProject, buildProjectSchema, type JsonSchema } from '@penstock/core'

/** The section `codebuild` of the configuration. */
export interface CodeBuildSettings {
  /** What becomes of an action whose ProjectName nobody declared. */
  readonly unknownProject: 'fail' | 'buildspec'
  readonly projects: readonly BuildProject[]
  /** AWS's name of a parameter -> the named secret that stands for it here. */
  readonly parameterStore: Readonly<Record<string, string>>
  /** AWS's name or ARN of a secret -> the named secret that stands for it here. */
  readonly secretsManager: Readonly<Record<string, string>>
  /** AWS's name of an image -> the image of this machine that stands for it. */
  readonly images: Readonly<Record<string, string>>
}

export const defaultSettings: CodeBuildSettings = {
  unknownProject: 'buildspec',
  projects: [],
  parameterStore: {},
  secretsManager: {},
  images: {},
}

const names: JsonSchema = { type: 'object', default: {}, additionalProperties: { type: 'string', minLength: 1 } }

/** Its JSON Schema. */
export const settingsSchema: JsonSchema = {
  type: 'object',
  default: defaultSettings,
  additionalProperties: false,
  properties: {
    unknownProject: { enum: ['fail', 'buildspec'], default: 'buildspec' },
    projects: { type: 'array', default: [], items: buildProjectSchema },
    parameterStore: names,
    secretsManager: names,
    images: names,
  },
}
