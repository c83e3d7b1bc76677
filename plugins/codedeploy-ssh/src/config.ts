/** The plugin's section of penstock.yaml. */
import type { JsonSchema } from '@penstock/core'
import type { FileExistsBehavior } from './appspec/model.js'
import type { AlarmConfig } from './health/alarm.js'
import type { HealthCheck } from './health/check.js'
import type { TrafficConfig } from './traffic/traffic.js'

export const ROLLBACK_EVENTS = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'] as const

export type RollbackEvent = (typeof ROLLBACK_EVENTS)[number]

/** `sudo`, `none`, or sudo with its details. */
export type BecomeConfig =
  | 'sudo'
  | 'none'
  | {
      readonly method?: 'sudo'
      readonly user?: string
      readonly flags?: readonly string[]
      readonly password?: string
    }

/** A host in the inventory, or written where it is used. */
export interface HostConfig {
  /** Name or address; `local` is the server's own machine, without SSH. */
  readonly host: string
  readonly port?: number
  readonly user?: string
  readonly identityFile?: string
  readonly passphrase?: string
  readonly password?: string
  readonly agent?: string
  readonly tags?: Readonly<Record<string, string>>
  /** Names of the inventory or `user@host:port`, first hop first. */
  readonly proxyJump?: string | readonly string[]
  readonly root?: string
  readonly become?: BecomeConfig
}

export interface GroupConfig {
  /** Names of the inventory, `user@host:port`, or hosts written out. */
  readonly hosts?: readonly (string | HostConfig)[]
  /** All hosts of the inventory that have these tags. */
  readonly tags?: Readonly<Record<string, string>>
  readonly deploymentConfig?: string
  readonly fileExistsBehavior?: FileExistsBehavior
  readonly ignoreApplicationStopFailures?: boolean
  readonly autoRollback?: { readonly enabled: boolean; readonly events?: readonly RollbackEvent[] }
  readonly knownHosts?: string
  readonly root?: string
  readonly keepRevisions?: number
  readonly keepBundles?: number
  readonly keepDeployments?: number
  readonly become?: BecomeConfig
  /** Runs Before/AfterBlockTraffic and Before/AfterAllowTraffic too. */
  readonly trafficEvents?: boolean
  readonly healthChecks?: readonly HealthCheck[]
  readonly alarm?: AlarmConfig
  readonly loadBalancer?: TrafficConfig
}

export interface CodeDeployConfig {
  readonly root?: string
  readonly knownHosts?: string
  readonly user?: string
  readonly identityFile?: string
  readonly become?: BecomeConfig
  /** Logins at the same time. */
  readonly maxConcurrentLogins?: number
  /** Connections that wait for the next deployment: how long, and how many at most. */
  readonly idleConnections?: { readonly seconds?: number; readonly size?: number }
  readonly hosts?: Readonly<Record<string, HostConfig>>
  readonly deploymentConfigs?: Readonly<
    Record<string, { readonly type: 'HOST_COUNT' | 'FLEET_PERCENT'; readonly value: number }>
  >
  readonly applications?: Readonly<Record<string, { readonly groups: Readonly<Record<string, GroupConfig>> }>>
}

const text = { type: 'string', minLength: 1 } as const
const port = { type: 'integer', minimum: 1, maximum: 65535 } as const
const tags = { type: 'object', additionalProperties: { type: 'string' }, description: 'name -> value' } as const
const secret = { ...text, 'x-secret': true } as const

const become = {
  description:
    'Whose rights Install and scripts have: `sudo` makes the login root, as the stock images of EC2, Debian and Ubuntu want it',
  anyOf: [
    { enum: ['sudo', 'none'] },
    {
      type: 'object',
      additionalProperties: false,
      properties: {
        method: { enum: ['sudo'] },
        user: { ...text, description: '`root` when absent' },
        flags: {
          type: 'array',
          items: { type: 'string', pattern: '^-' },
          description: 'More options of sudo, such as -H',
        },
        password: {
          ...secret,
          description: 'What sudo asks the login for, as it is; {{secret:NAME}} is for the BecomePassword of an action',
        },
      },
    },
  ],
} as const

const host = {
  type: 'object',
  additionalProperties: false,
  required: ['host'],
  properties: {
    host: { ...text, description: 'Name or address; `local` is this machine, without SSH' },
    port,
    user: text,
    identityFile: text,
    passphrase: secret,
    password: secret,
    agent: { ...text, description: 'Socket of an SSH agent' },
    tags,
    proxyJump: { anyOf: [text, { type: 'array', items: text, minItems: 1 }] },
    root: text,
    become,
  },
} as const

const seconds = { type: 'integer', minimum: 1, maximum: 3600 } as const
const url = { type: 'string', pattern: '^https?://' } as const

const healthCheck = {
  type: 'object',
  additionalProperties: false,
  description:
    'What a host must pass after it was deployed to; %h is its name or address, %n its name in the inventory',
  properties: {
    http: { ...url, description: 'An address that must answer' },
    status: { type: 'integer', minimum: 100, maximum: 599, description: 'With this status; 200 when absent' },
    text: { ...text, description: 'With this text in its answer' },
    tcp: { type: 'string', pattern: '^.+:[0-9]{1,5}$', description: 'host:port that must take a connection' },
    command: { ...text, description: 'A command line that must end with 0 on the host' },
    within: { ...seconds, description: 'Seconds until it must have passed; 60 when absent' },
    timeout: { ...seconds, description: 'Seconds for one try; 5 when absent' },
  },
  oneOf: [{ required: ['http'] }, { required: ['tcp'] }, { required: ['command'] }],
} as const

const alarm = {
  type: 'object',
  additionalProperties: false,
  description: 'An address that answers 200 while all is well; else the deployment ends',
  required: ['url'],
  properties: {
    url,
    text: { ...text, description: 'What its answer must hold' },
    every: { ...seconds, description: '10 when absent' },
  },
} as const

const loadBalancer = {
  type: 'object',
  additionalProperties: false,
  description: 'What keeps requests away from a host while it is deployed to',
  minProperties: 1,
  properties: {
    haproxy: {
      type: 'object',
      additionalProperties: false,
      required: ['socket', 'backend'],
      properties: {
        socket: { ...text, description: "HAProxy's runtime API, with level admin: a path, or host:port" },
        backend: text,
        server: { ...text, description: 'The host there, with %n or %h; %n when absent' },
        drain: { ...seconds, description: 'Seconds that requests in progress may take; 30 when absent' },
      },
    },
    block: { ...text, description: 'A command on the server, with HOST and HOST_NAME, that takes the host out' },
    allow: { ...text, description: 'And one that puts it back' },
    timeout: { ...seconds, description: 'Seconds for a command; 60 when absent' },
  },
} as const

const group = {
  type: 'object',
  additionalProperties: false,
  properties: {
    hosts: { type: 'array', minItems: 1, maxItems: 1000, items: { anyOf: [text, host] } },
    tags: { ...tags, minProperties: 1 },
    deploymentConfig: {
      ...text,
      description:
        'CodeDeployDefault.AllAtOnce, .HalfAtATime, .OneAtATime, one of deploymentConfigs, HOST_COUNT=n or FLEET_PERCENT=n',
    },
    fileExistsBehavior: { enum: ['DISALLOW', 'OVERWRITE', 'RETAIN'] },
    ignoreApplicationStopFailures: { type: 'boolean' },
    autoRollback: {
      type: 'object',
      additionalProperties: false,
      required: ['enabled'],
      properties: { enabled: { type: 'boolean' }, events: { type: 'array', items: { enum: ROLLBACK_EVENTS } } },
    },
    knownHosts: { ...text, description: 'A file, or the lines themselves' },
    root: { ...text, description: 'Deployment root on the hosts; %h and %p are host and port' },
    become,
    keepRevisions: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      description: 'Revisions that stay on each host; 5 when absent',
    },
    keepBundles: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      description:
        'Bundles of successful revisions that the server keeps for rollbacks and redeployments; 5 when absent',
    },
    keepDeployments: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      description: 'Deployments whose records are kept; 100 when absent',
    },
    trafficEvents: { type: 'boolean' },
    healthChecks: { type: 'array', minItems: 1, maxItems: 20, items: healthCheck },
    alarm,
    loadBalancer,
  },
  oneOf: [{ required: ['hosts'] }, { required: ['tags'] }],
} as const

/** Checks the section; what it cannot say (names that do not exist) the first job tells. */
export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    root: group.properties.root,
    knownHosts: group.properties.knownHosts,
    user: text,
    identityFile: text,
    become,
    maxConcurrentLogins: { type: 'integer', minimum: 1, maximum: 100 },
    idleConnections: {
      type: 'object',
      additionalProperties: false,
      description: 'Connections that wait for the next deployment; 0 seconds: none does',
      properties: {
        seconds: { type: 'integer', minimum: 0, maximum: 3600, description: '60 when absent' },
        size: { type: 'integer', minimum: 1, maximum: 1000, description: 'How many at most; 64 when absent' },
      },
    },
    hosts: { type: 'object', additionalProperties: host },
    deploymentConfigs: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'value'],
        properties: { type: { enum: ['HOST_COUNT', 'FLEET_PERCENT'] }, value: { type: 'integer', minimum: 0 } },
      },
    },
    applications: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['groups'],
        properties: { groups: { type: 'object', additionalProperties: group } },
      },
    },
  },
}
