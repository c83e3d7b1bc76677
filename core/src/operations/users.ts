/** People who sign in, and their sessions. */
import { boolean, structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { policies, policiesOf, userName } from './shapes/user.js'

const password = text({ min: 12, max: 1024 })

/** Adds a user. Errors: ValidationException, also when there is one of this name. */
export const createUser = operation({
  name: 'CreateUser',
  service: 'penstock',
  input: structure({ userName, password, policies }),
  resource: ({ userName }, arns) => arns.user(userName),
  changes: true,
  run: ({ access }, _by, input) => access.createUser(input.userName, input.password, policiesOf(input.policies)),
})

/** Everybody who may sign in, without passwords. */
export const listUsers = operation({
  name: 'ListUsers',
  service: 'penstock',
  input: structure({}),
  resource: (_, arns) => arns.user('*'),
  run: async ({ access }) => ({ users: await access.listUsers() }),
})

/** Removes a user; its access keys and sessions end with it. Errors: ResourceNotFoundException. */
export const deleteUser = operation({
  name: 'DeleteUser',
  service: 'penstock',
  input: structure({ userName }),
  resource: ({ userName }, arns) => arns.user(userName),
  changes: true,
  run: ({ access }, _by, { userName }) => access.deleteUser(userName),
})

/** Changes what a user may do, from the next request on. Errors: ResourceNotFoundException, ValidationException. */
export const putUserPolicies = operation({
  name: 'PutUserPolicies',
  service: 'penstock',
  input: structure({ userName, policies }),
  resource: ({ userName }, arns) => arns.user(userName),
  changes: true,
  run: ({ access }, _by, input) => access.setPolicies(input.userName, policiesOf(input.policies)),
})

/** Changes a user's password, which ends its sessions. Errors: ResourceNotFoundException, ValidationException. */
export const putUserPassword = operation({
  name: 'PutUserPassword',
  service: 'penstock',
  input: structure({ userName, password }),
  resource: ({ userName }, arns) => arns.user(userName),
  changes: true,
  run: ({ access }, _by, input) => access.changePassword(input.userName, input.password),
})

/**
 * Changes the caller's own password, which ends its sessions; for everybody who knows the old one. Errors:
 * AccessDeniedException when it is wrong, LimitExceededException after several wrong ones, ValidationException.
 */
export const changePassword = operation({
  name: 'ChangePassword',
  service: 'penstock',
  input: structure({ oldPassword: text({ min: 1, max: 1024 }), newPassword: password }),
  resource: () => [],
  changes: true,
  run: ({ access }, by, input) => access.changeOwnPassword(by.name, input.oldPassword, input.newPassword),
})

/** Keeps a user, with its keys, from everything, or lets it in again. Errors: ResourceNotFoundException. */
export const setUserStatus = operation({
  name: 'SetUserStatus',
  service: 'penstock',
  input: structure({ userName, enabled: boolean }),
  resource: ({ userName }, arns) => arns.user(userName),
  changes: true,
  run: ({ access }, _by, { userName, enabled }) => access.setDisabled(userName, !enabled),
})

/** Who is signed in now, of one user or of all. */
export const listSessions = operation({
  name: 'ListSessions',
  service: 'penstock',
  input: structure({}, { userName }),
  resource: ({ userName = '*' }, arns) => arns.user(userName),
  run: async ({ access }, _by, { userName }) => ({ sessions: await access.listSessions(userName) }),
})

/** Ends a session by its id, or without one all of a user's. Errors: ResourceNotFoundException. */
export const endSession = operation({
  name: 'EndSession',
  service: 'penstock',
  input: structure({ userName }, { sessionId: text({ min: 12, max: 64, pattern: '[0-9a-f]+' }) }),
  resource: ({ userName }, arns) => arns.user(userName),
  changes: true,
  run: ({ access }, _by, { userName, sessionId }) => access.endSessions(userName, sessionId),
})
