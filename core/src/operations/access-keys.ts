/** Access keys, with which AWS's clients, workers and the commands come in. One right for all that concerns them. */
import { structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { policies, policiesOf, userName } from './shapes/user.js'

const manage = 'penstock:ManageAccessKeys'

/** All keys, newest first, without their secrets. */
export const listAccessKeys = operation({
  name: 'ListAccessKeys',
  service: 'penstock',
  action: manage,
  input: structure({}),
  resource: (_, arns) => arns.accessKey('*'),
  run: async ({ access }) => ({
    accessKeys: [...(await access.listAccessKeys())].sort((a, b) => b.created - a.created),
  }),
})

/** Makes a key. Its secret is in this answer, and nowhere else. Errors: ValidationException. */
export const createAccessKey = operation({
  name: 'CreateAccessKey',
  service: 'penstock',
  action: manage,
  input: structure({ userName, policies }),
  resource: (_, arns) => arns.accessKey('*'),
  judgesItself: true,
  changes: true,
  run: async ({ access }, _by, input) => ({
    accessKey: await access.createAccessKey(input.userName, policiesOf(input.policies)),
  }),
  detail: ({ userName: name }, made) => `${made?.accessKey.accessKeyId ?? 'a key'} for ${name}`,
})

/** Deletes a key: what uses it is refused from now on. Errors: ResourceNotFoundException. */
export const deleteAccessKey = operation({
  name: 'DeleteAccessKey',
  service: 'penstock',
  action: manage,
  input: structure({ accessKeyId: text({ min: 1, max: 128, pattern: '\\w+' }) }),
  resource: ({ accessKeyId }, arns) => arns.accessKey(accessKeyId),
  changes: true,
  run: ({ access }, _by, { accessKeyId }) => access.deleteAccessKey(accessKeyId),
})
