/** A function that runs on this machine, as Lambda's own settings describe it. */
export interface FunctionConfig {
  /** Absolute path of the unpacked function. */
  readonly folder: string
  /** `FILE.EXPORT`. `index.handler` when absent; not used by a folder with an executable `bootstrap`. */
  readonly handler?: string
  readonly timeoutSeconds?: number
  readonly memoryMb?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** The plugin's section of penstock.yaml. */
export interface LambdaConfig {
  /** Functions of the embedded runtime by name; what is not here is invoked on AWS. */
  readonly functions?: Readonly<Record<string, FunctionConfig>>
  /** For AWS; the environment's and ~/.aws's when absent. */
  readonly region?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** Another address than AWS's, for tests and for compatible servers. */
  readonly endpoint?: string
  /** Seconds between a continuation token and the next invocation. */
  readonly continuationSeconds?: number
  /** Minutes that a function may take to report its result. */
  readonly replyMinutes?: number
}

const text = { type: 'string', minLength: 1 } as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    functions: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['folder'],
        properties: {
          folder: text,
          handler: { type: 'string', pattern: '^[^.]+(\\.[^.]+)+$' },
          timeoutSeconds: { type: 'number', exclusiveMinimum: 0, maximum: 900 },
          memoryMb: { type: 'integer', minimum: 128, maximum: 10_240 },
          environment: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    },
    region: text,
    accessKeyId: text,
    secretAccessKey: text,
    endpoint: { type: 'string', pattern: '^https?://' },
    continuationSeconds: { type: 'number', minimum: 0, default: 30 },
    replyMinutes: { type: 'number', exclusiveMinimum: 0, default: 20 },
  },
  dependentRequired: { accessKeyId: ['secretAccessKey'], secretAccessKey: ['accessKeyId'] },
} as const
