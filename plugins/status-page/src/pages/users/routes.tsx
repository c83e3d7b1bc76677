import { Fault } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, field, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { readPolicies } from '../access-keys/policies.js'
import { UsersPage } from './page.js'

/** Who may sign in, what each may do, and where each is signed in. */
export function userRoutes(router: PageRouter, site: Site): void {
  router.get('/users', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    const [{ users }, { sessions }] = await Promise.all([operations.listUsers({}), sessionsOf(ctx, site)])
    const page = (
      <UsersPage
        users={users}
        sessions={sessions}
        csrf={csrfToken(ctx)}
        self={ctx.state.principal?.name ?? ''}
        may={{
          create: operations.may('createUser', { userName: '*' }),
          change: (userName) => operations.may('putUserPolicies', { userName }),
          remove: (userName) => operations.may('deleteUser', { userName }),
          password: (userName) => operations.may('putUserPassword', { userName }),
          end: (userName) => operations.may('endSession', { userName }),
        }}
      />
    )
    show(ctx, site, { title: 'Users', section: 'users' }, page)
  })
  router.post('/users', (ctx: Ctx) => create(ctx, site))
  router.post('/users/:user/policies', (ctx: Ctx) => setPolicies(ctx, site))
  router.post('/users/:user/password', (ctx: Ctx) => setPassword(ctx, site))
  router.post('/users/:user/status', (ctx: Ctx) => setStatus(ctx, site))
  router.post('/users/:user/delete', (ctx: Ctx) => remove(ctx, site))
  router.post('/users/:user/sessions/end', (ctx: Ctx) => endSession(ctx, site))
}

function sessionsOf(ctx: Ctx, site: Site) {
  const operations = operationsOf(ctx, site)
  return operations.may('listSessions', {}) ? operations.listSessions({}) : { sessions: [] }
}

async function create(ctx: Ctx, site: Site): Promise<void> {
  const userName = field(ctx, 'userName')
  const operations = operationsOf(ctx, site)
  await operations.authorize('createUser', { userName: userName || '*' })
  await act(ctx, '/users', `${userName} may sign in.`, () =>
    operations.createUser({ userName, password: twice(ctx), policies: readPolicies(ctx.state.form) }),
  )
}

/** Typed twice, so that nobody is locked out by a slip. Errors: ValidationException. */
function twice(ctx: Ctx): string {
  const password = ctx.state.form.get('password') ?? ''
  if (password !== (ctx.state.form.get('again') ?? '')) {
    throw new Fault('ValidationException', 'The two passwords are not the same.')
  }
  if (password.length < 12) throw new Fault('ValidationException', 'A password has at least 12 characters.')
  return password
}

async function setPolicies(ctx: Ctx, site: Site): Promise<void> {
  const userName = param(ctx, 'user')
  const operations = operationsOf(ctx, site)
  await operations.authorize('putUserPolicies', { userName })
  await act(ctx, '/users', `What ${userName} may do has changed, from the next click on.`, () =>
    operations.putUserPolicies({ userName, policies: readPolicies(ctx.state.form) }),
  )
}

async function setPassword(ctx: Ctx, site: Site): Promise<void> {
  const userName = param(ctx, 'user')
  const operations = operationsOf(ctx, site)
  await operations.authorize('putUserPassword', { userName })
  await act(ctx, '/users', `${userName} has a new password; its sessions have ended.`, () =>
    operations.putUserPassword({ userName, password: twice(ctx) }),
  )
}

async function setStatus(ctx: Ctx, site: Site): Promise<void> {
  const userName = param(ctx, 'user')
  const enabled = field(ctx, 'enabled') === 'true'
  const done = enabled ? `${userName} may sign in again.` : `${userName} is kept out, and so are its keys.`
  await act(ctx, '/users', done, () => operationsOf(ctx, site).setUserStatus({ userName, enabled }))
}

async function remove(ctx: Ctx, site: Site): Promise<void> {
  const userName = param(ctx, 'user')
  await act(ctx, '/users', `${userName} is gone, with its keys and sessions.`, () =>
    operationsOf(ctx, site).deleteUser({ userName }),
  )
}

async function endSession(ctx: Ctx, site: Site): Promise<void> {
  const userName = param(ctx, 'user')
  const sessionId = field(ctx, 'session') || undefined
  await act(ctx, '/users', 'The session has ended.', () => operationsOf(ctx, site).endSession({ userName, sessionId }))
}
