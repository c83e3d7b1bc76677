/** The JSON Schema of AppSpec files, for editors; what it cannot say, `penstock appspec check` does. */
import type { JsonSchema } from '@penstock/core'
import { FILE_EXISTS_BEHAVIORS, LIFECYCLE_EVENTS } from './model.js'

const path = { type: 'string', minLength: 1 } as const
const name = { anyOf: [{ type: 'string' }, { type: 'integer' }] } as const

const hook = {
  type: 'object',
  required: ['location'],
  properties: {
    location: { ...path, description: 'The script, relative to the root of the bundle; no arguments' },
    timeout: { type: ['integer', 'string'], description: 'Seconds; 3600 when absent' },
    runas: { type: 'string', description: 'The user that runs the script' },
  },
} as const

const permission = {
  type: 'object',
  required: ['object'],
  properties: {
    object: { ...path, pattern: '^/', description: 'A file or directory on the host' },
    pattern: { type: 'string', description: '** (when absent) is everything below; * meets names directly in it' },
    except: { type: 'array', items: { type: 'string' } },
    owner: name,
    group: name,
    mode: { type: ['integer', 'string'], description: 'One to four octal digits, such as 644 or "2775"' },
    acls: { type: 'array', items: { type: 'string' }, description: '[default:][user|group|mask|other]:[name]:rwx' },
    context: {
      type: 'object',
      required: ['type'],
      properties: { name: { type: 'string' }, type: { type: 'string' }, range: { type: 'string' } },
    },
    type: { type: 'array', items: { enum: ['file', 'directory'] } },
  },
} as const

/** As the file looks to an editor: anchors and merges are the editor's affair. */
export const appSpecSchema: JsonSchema = {
  title: 'AppSpec file of a deployment to servers',
  type: 'object',
  required: ['version', 'os'],
  properties: {
    version: { const: 0, description: 'Always 0.0' },
    os: { const: 'linux' },
    file_exists_behavior: {
      enum: [...FILE_EXISTS_BEHAVIORS, null],
      description: 'What to do with files that no deployment put there',
    },
    files: {
      type: ['array', 'null'],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['source', 'destination'],
        properties: {
          source: { ...path, description: 'In the bundle; / is all of it. Of a directory the contents are copied' },
          destination: { ...path, pattern: '^/', description: 'A directory on the host, always' },
        },
      },
    },
    hooks: {
      type: ['object', 'null'],
      additionalProperties: false,
      properties: Object.fromEntries(
        LIFECYCLE_EVENTS.map((event) => [event, { type: ['array', 'null'], items: hook }]),
      ),
    },
    permissions: { type: ['array', 'null'], items: permission },
  },
}
