/** Named secrets: put, listed without their values, removed. */
import { list, structure, text } from '../shape/shape.js'
import { operation } from './operation.js'

const name = text({ min: 1, max: 128, pattern: '[A-Za-z0-9][A-Za-z0-9_.@-]*' })
const value = text({ min: 1, max: 65_536 })
const patterns = list(text({ min: 1, max: 100, pattern: '[A-Za-z0-9.@\\-_*?]+' }), { min: 1, max: 50 })

/** Makes a secret or changes it. Without patterns it is for all pipelines and stages. */
export const putSecret = operation({
  name: 'PutSecret',
  service: 'penstock',
  input: structure({ name, value }, { pipelines: patterns, stages: patterns }),
  resource: ({ name }, arns) => arns.secret(name),
  changes: true,
  run: ({ secrets }, by, { name, value, ...scope }) => secrets.put(name, value, scope, by.arn),
})

/** All of them, without their values. */
export const listSecrets = operation({
  name: 'ListSecrets',
  service: 'penstock',
  input: structure({}),
  resource: (_, arns) => arns.secret('*'),
  run: async ({ secrets }) => ({
    secrets: (await secrets.list()).map(({ created, changed, lastUsed, ...facts }) => ({
      ...facts,
      created: new Date(created),
      changed: new Date(changed),
      ...(lastUsed === undefined ? {} : { lastUsed: new Date(lastUsed) }),
    })),
  }),
})

/** Forgets a secret. Errors: ResourceNotFoundException. */
export const deleteSecret = operation({
  name: 'DeleteSecret',
  service: 'penstock',
  input: structure({ name }),
  resource: ({ name }, arns) => arns.secret(name),
  changes: true,
  run: ({ secrets }, _by, { name }) => secrets.delete(name),
})
