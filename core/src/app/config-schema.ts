import type { JsonSchema } from '../host/plugin.js'
import { actionTypeConfigSchema } from './action-type-config-schema.js'
import { isolationSchema } from './isolation-schema.js'
import { pipelinesSchema } from './pipeline-files/config-schema.js'

/** `Build/Custom/Rake/1`, each part of which may be `*`. */
const actionTypePatterns: JsonSchema = {
  type: 'array',
  items: {
    type: 'string',
    pattern:
      '^(Source|Build|Deploy|Test|Invoke|Approval|Compute|\\*)/(AWS|ThirdParty|Custom|\\*)/(Rule:)?([0-9A-Za-z_-]+|\\*)/([0-9A-Za-z_-]+|\\*)$',
    description: 'Category/Owner/Provider/Version, as in Build/Custom/Rake/1 or Deploy/*/*/*',
  },
}

const size: JsonSchema = {
  type: 'string',
  pattern: '^([1-9][0-9]*(\\.[0-9]+)?|0\\.[0-9]*[1-9][0-9]*) ?[KMGT]i?B?$',
  description: 'a size such as 512 MiB or 2 GiB',
}

/** penstock.yaml as a JSON Schema: every key, its default and what it is for. config/penstock.yaml says the same to people. */
export const configSchema: JsonSchema = {
  type: 'object',
  properties: {
    server: {
      type: 'object',
      default: {},
      properties: {
        host: { type: 'string', default: '127.0.0.1', minLength: 1 },
        port: { type: 'integer', default: 8080, minimum: 0, maximum: 65535 },
        publicUrl: {
          type: 'string',
          pattern: '^https?://[^/]+$',
          description: 'a URL without a path or a slash at its end: Penstock wants a host name, or a port, of its own',
        },
        region: {
          type: 'string',
          default: 'us-east-1',
          pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
          description: 'such as eu-central-1',
        },
        accountId: {
          type: 'string',
          default: '000000000000',
          pattern: '^[0-9]{12}$',
          description: 'twelve digits, in quotes',
        },
        metrics: { enum: ['loopback', 'open', 'off'], default: 'loopback' },
        trustedProxies: {
          type: 'array',
          items: {
            type: 'string',
            pattern: '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$',
            description: 'an address such as 127.0.0.1, or a range such as 10.0.0.0/8',
          },
        },
      },
    },
    dataDir: { type: 'string', default: '.penstock', minLength: 1 },
    database: {
      type: 'object',
      default: {},
      properties: {
        url: {
          type: 'string',
          pattern: '^postgres(ql)?://',
          description: 'postgres://user:password@host/database; leave it out for SQLite',
        },
      },
    },
    masterKeyFile: { type: 'string', minLength: 1 },
    artifacts: {
      type: 'object',
      default: {},
      properties: {
        bucket: {
          type: 'string',
          pattern: '^[a-zA-Z0-9.-]{3,63}$',
          description: "3 to 63 letters, digits, '.' or '-' (S8)",
        },
        store: { type: 'string', default: 'folder', minLength: 1 },
        s3: {
          type: 'object',
          properties: {
            bucket: { type: 'string', minLength: 3 },
            region: { type: 'string', minLength: 1 },
            endpoint: { type: 'string', pattern: '^https?://', description: 'a URL' },
            forcePathStyle: { type: 'boolean' },
            accessKeyId: { type: 'string', minLength: 1 },
            secretAccessKey: { type: 'string', minLength: 1 },
          },
          dependentRequired: { accessKeyId: ['secretAccessKey'], secretAccessKey: ['accessKeyId'] },
        },
        encryptionKeyFile: { type: 'string', minLength: 1 },
      },
    },
    worker: {
      type: 'object',
      default: {},
      properties: {
        enabled: { type: 'boolean', default: true },
        concurrency: { type: 'integer', default: 8, minimum: 1, maximum: 1000 },
        slots: {
          type: 'object',
          additionalProperties: { type: 'integer', minimum: 1, maximum: 1000 },
          description:
            'at most so many jobs at a time of a plugin (rake-build) or an action type (Build/Custom/Rake/1)',
        },
        leaseSeconds: { type: 'integer', default: 90, minimum: 30, maximum: 3600 },
        actionTypes: {
          type: 'object',
          properties: { include: actionTypePatterns, exclude: actionTypePatterns },
        },
        cgroup: { type: 'string', pattern: '^/.', 'x-right': 'the absolute path of a delegated cgroup v2 folder' },
        ...isolationSchema,
      },
    },
    polling: {
      type: 'object',
      default: {},
      properties: {
        schedule: { type: 'string', default: '* * * * *' },
        timezone: { type: 'string', default: 'UTC' },
        concurrency: { type: 'integer', default: 8, minimum: 1, maximum: 200 },
        timeoutSeconds: { type: 'integer', default: 60, minimum: 1, maximum: 3600 },
        whileWebhooksMinutes: { type: 'integer', default: 15, minimum: 0, maximum: 1440 },
        quietPeriodSeconds: { type: 'integer', default: 0, minimum: 0, maximum: 86400 },
        allowPrivate: {
          type: 'array',
          items: { type: 'string', pattern: '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$', description: 'an address or a range' },
        },
      },
    },
    schedules: { type: 'object', default: {}, additionalProperties: { type: 'string' } },
    retention: {
      type: 'object',
      default: {},
      properties: {
        historyDays: { type: 'integer', default: 365, minimum: 1 },
        auditDays: { type: 'integer', default: 365, minimum: 1 },
        executions: { type: 'integer', minimum: 1 },
        artifacts: size,
        freeSpace: {
          type: 'string',
          default: '512 MiB',
          pattern: '^([1-9][0-9]*(\\.[0-9]+)?|0\\.[0-9]*[1-9][0-9]*) ?[KMGT]i?B?$|^none$',
          description: 'a size such as 512 MiB or 2 GiB, or none',
        },
        pipelines: {
          type: 'object',
          default: {},
          additionalProperties: {
            type: 'object',
            properties: {
              historyDays: { type: 'integer', minimum: 1 },
              executions: { type: 'integer', minimum: 1 },
              artifacts: size,
            },
          },
        },
      },
    },
    limits: {
      type: 'object',
      default: {},
      properties: { pipelines: { type: 'integer', minimum: 1 } },
    },
    log: {
      type: 'object',
      default: {},
      properties: { level: { enum: ['trace', 'debug', 'info', 'warn', 'error', 'silent'], default: 'info' } },
    },
    actionTypes: { type: 'array', default: [], maxItems: 50, items: actionTypeConfigSchema },
    pipelines: pipelinesSchema,
    topics: {
      type: 'object',
      default: {},
      description: 'a NotificationArn, and where what is sent to it goes',
      additionalProperties: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'string',
          pattern: '^(mailto|https?|slack|arn):[^\\s]+$',
          description: 'mailto:ann@example.com, https://example.com/hook, slack:#channel or a topic of SNS',
        },
      },
    },
    backups: {
      type: 'object',
      default: {},
      dependentRequired: { schedule: ['folder'], folder: ['schedule'] },
      properties: {
        schedule: { type: 'string', minLength: 1 },
        timezone: { type: 'string', default: 'UTC' },
        folder: { type: 'string', minLength: 1 },
        keep: { type: 'integer', default: 7, minimum: 1, maximum: 1000 },
        verify: { type: 'boolean', default: true },
      },
    },
    deliveries: {
      type: 'object',
      default: {},
      properties: {
        giveUpHours: { type: 'number', default: 24, exclusiveMinimum: 0, maximum: 720 },
        keepDays: { type: 'integer', default: 30, minimum: 1 },
      },
    },
    plugins: { type: 'object', default: {}, additionalProperties: true },
    codebuild: { type: 'object', additionalProperties: true, description: 'build projects and what belongs to them' },
  },
}
