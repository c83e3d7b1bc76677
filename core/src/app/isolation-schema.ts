import type { JsonSchema } from '../host/plugin.js'
import { isolationLevels } from '../worker/sandbox/isolation.js'

const count: JsonSchema = {
  anyOf: [{ type: 'integer', minimum: 1 }, { const: 'none' }],
  'x-right': 'a whole number from 1 on, or none; without it the usual limit holds',
}

const size: JsonSchema = {
  type: 'string',
  pattern: '^([1-9][0-9]*(\\.[0-9]+)?|0\\.[0-9]*[1-9][0-9]*) ?[KMGT]i?B?$|^none$',
  'x-right': 'a size such as 512 MiB or 2 GiB, or none; without it the usual limit holds',
}

const paths: JsonSchema = {
  type: 'array',
  items: {
    type: 'string',
    pattern: '^/(?!(proc|dev|sys|home)?/?$)',
    'x-right': 'an absolute path, and not /, /home, /proc, /dev or /sys as a whole',
  },
}

const rule = {
  isolation: { enum: isolationLevels },
  image: { type: 'string', minLength: 1 },
  network: { enum: ['on', 'none'] },
  sandbox: { type: 'object', properties: { readOnly: paths, writable: paths } },
  limits: {
    type: 'object',
    properties: {
      cpuSeconds: count,
      memory: size,
      processes: count,
      openFiles: count,
      workspace: size,
      files: count,
      log: size,
    },
  },
} as const satisfies Readonly<Record<string, JsonSchema>>

/** What the `worker` section says of what builds may see and use: for all, and by patterns of pipelines' names. */
export const isolationSchema = {
  ...rule,
  pipelines: {
    type: 'object',
    additionalProperties: { type: 'object', properties: rule },
  },
} as const satisfies Readonly<Record<string, JsonSchema>>
