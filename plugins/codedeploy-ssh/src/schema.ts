/** JSON Schemas of the plugin's section of penstock.yaml, and of the groups and hosts that are put beside it. */
import type { JsonSchema } from '@penstock/core'
import { ROLLBACK_EVENTS } from './config.js'

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
          description: 'What sudo asks the login for; {{secret:NAME}} is a named secret',
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
    nginx: {
      type: 'object',
      additionalProperties: false,
      description: 'nginx on this machine',
      required: ['file'],
      properties: {
        file: { ...text, description: "With the upstream's server lines, which get `down`" },
        server: { ...text, description: 'The address there, with %h or %n; %h with whatever port when absent' },
        test: { ...text, description: 'What says whether the file is right; `nginx -t` when absent' },
        reload: { ...text, description: '`nginx -s reload` when absent' },
        pid: { ...text, description: '/run/nginx.pid when absent' },
        drain: { ...seconds, description: 'Seconds that requests in progress may take; 30 when absent' },
      },
    },
    block: { ...text, description: 'A command on the server, with HOST and HOST_NAME, that takes the host out' },
    allow: { ...text, description: 'And one that puts it back' },
    timeout: { ...seconds, description: 'Seconds for a command; 60 when absent' },
  },
} as const

const absolute = { type: 'string', pattern: '^/[^/].*[^/]$' } as const
const releasePort = { type: 'integer', minimum: 1, maximum: 65535 } as const

const blueGreen = {
  type: 'object',
  additionalProperties: false,
  description: 'Deploys into release folders and a link, beside the release that is live; in place when absent',
  required: ['link'],
  properties: {
    link: { ...absolute, description: 'The link to the live release; files of the AppSpec file go below it' },
    releases: { ...absolute, description: 'Where release folders are; `releases` beside the link when absent' },
    keepReleases: { type: 'integer', minimum: 2, maximum: 100, description: '3 when absent' },
    ports: {
      type: 'array',
      minItems: 2,
      maxItems: 2,
      uniqueItems: true,
      items: releasePort,
      description: "Blue's and green's: PORT for scripts, %p in health checks",
    },
    handover: {
      ...text,
      description: 'A command on the host once the link is moved, with LINK, RELEASE, COLOR and PORT; 60 seconds',
    },
  },
} as const

const tagFilter = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    Key: { type: 'string' },
    Value: { type: 'string' },
    Type: { enum: ['KEY_ONLY', 'VALUE_ONLY', 'KEY_AND_VALUE'], description: 'KEY_AND_VALUE when absent' },
  },
} as const

const tagSet = {
  type: 'array',
  minItems: 1,
  maxItems: 3,
  description: "As CodeDeploy's onPremisesTagSetList: a host must fit one filter of each list",
  items: { type: 'array', minItems: 1, maxItems: 10, items: tagFilter },
} as const

const group = {
  type: 'object',
  additionalProperties: false,
  properties: {
    hosts: { type: 'array', minItems: 1, maxItems: 1000, items: { anyOf: [text, host] } },
    tags: { ...tags, minProperties: 1 },
    tagSet,
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
    blueGreen,
    loadBalancer: { anyOf: [{ ...text, description: 'One of loadBalancers' }, loadBalancer] },
  },
  oneOf: [{ required: ['hosts'] }, { required: ['tags'] }, { required: ['tagSet'] }],
} as const

/** Of one group, of one host: what may be put. */
export const groupSchema: JsonSchema = group
export const hostSchema: JsonSchema = host

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
    loadBalancers: { type: 'object', additionalProperties: loadBalancer, description: 'What groups may name' },
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
