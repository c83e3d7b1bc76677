import { type AccessKey, clientAddress, Fault, isFault, type Principal } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { leaveNotice } from '../../http/notice.js'
import { setSession } from '../../http/session.js'
import { type Ctx, operationsOf, type PageRouter, principalOf, type Site } from '../../site.js'
import { Post } from '../../view/form.js'
import { Pre } from '../../view/pre.js'
import { show } from '../../view/show.js'
import { Ago } from '../../view/time.js'

/** The reader's own affairs: what they may do, their keys, and their password. */
export function accountRoutes(router: PageRouter, site: Site): void {
  router.get('/account', async (ctx: Ctx) => {
    const principal = principalOf(ctx)
    const operations = operationsOf(ctx, site)
    const may = operations.may('listAccessKeys', {})
    const { accessKeys } = may ? await operations.listAccessKeys({}) : { accessKeys: [] }
    const own = may ? accessKeys.filter(({ userName }) => userName === principal.name) : undefined
    const page = <Account principal={principal} keys={own} csrf={csrfToken(ctx)} />
    show(ctx, site, { title: 'Your account', section: 'account' }, page)
  })
  router.post('/account/password', (ctx: Ctx) => changePassword(ctx, site))
}

/** All sessions of the reader end with the old password; this one begins anew. */
async function changePassword(ctx: Ctx, site: Site): Promise<void> {
  const read = (name: string) => ctx.state.form.get(name) ?? ''
  const principal = principalOf(ctx)
  ctx.status = 303
  try {
    const newPassword = read('password')
    if (newPassword !== read('again')) throw new Fault('ValidationException', 'The two new passwords are not the same.')
    if (newPassword.length < 12) throw new Fault('ValidationException', 'A password has at least 12 characters.')
    await operationsOf(ctx, site).changePassword({ oldPassword: read('old'), newPassword })
    setSession(ctx, site, await site.server.access.openSession(principal, clientAddress(ctx.req)))
    leaveNotice(ctx, { kind: 'good', text: 'Your password is changed. You are signed out everywhere else.' })
  } catch (error) {
    if (!isFault(error)) throw error
    leaveNotice(ctx, { kind: 'bad', text: error.message })
  }
  ctx.redirect('/account')
}

interface AccountProps {
  readonly principal: Principal
  /** Absent where the reader may not see keys. */
  readonly keys: readonly AccessKey[] | undefined
  readonly csrf: string
}

function Account({ principal: { name, arn, policies }, keys, csrf }: AccountProps) {
  return (
    <>
      <header class="page-head">
        <h1>{name}</h1>
        <p class="lead">
          <code class="value">{arn}</code>
        </p>
      </header>
      <section class="panel" aria-labelledby="rights-title">
        <header class="panel-head">
          <h2 id="rights-title">What you may do</h2>
        </header>
        <ul class="plain pad">
          {policies.map((policy, index) => (
            <li key={index}>
              {typeof policy === 'string' ? policy : <Pre>{JSON.stringify(policy, undefined, 2)}</Pre>}
            </li>
          ))}
        </ul>
      </section>
      <section class="panel" aria-labelledby="password-title">
        <header class="panel-head">
          <h2 id="password-title">Password</h2>
        </header>
        <div class="pad narrow-form">
          <Post action="/account/password" csrf={csrf}>
            <label>
              Old password
              <input type="password" name="old" required autoComplete="current-password" />
            </label>
            <label>
              New password <span class="quiet">(at least 12 characters)</span>
              <input type="password" name="password" required minLength={12} autoComplete="new-password" />
            </label>
            <label>
              Once more
              <input type="password" name="again" required minLength={12} autoComplete="new-password" />
            </label>
            <p class="hint">Everywhere else you are signed out.</p>
            <button type="submit" class="button primary">
              Change your password
            </button>
          </Post>
        </div>
      </section>
      {keys && <Keys keys={keys} />}
    </>
  )
}

function Keys({ keys }: { readonly keys: readonly AccessKey[] }) {
  return (
    <section class="panel" aria-labelledby="keys-title">
      <header class="panel-head">
        <h2 id="keys-title">Your access keys</h2>
        <a class="button quiet" href="/access-keys">
          All keys
        </a>
      </header>
      {keys.length === 0 ? (
        <p class="quiet pad">You have none.</p>
      ) : (
        <ul class="commits pad">
          {keys.map(({ accessKeyId, created, lastUsed }) => (
            <li key={accessKeyId}>
              <code>{accessKeyId}</code>
              <span class="quiet">
                made <Ago at={created} />,{' '}
                {lastUsed === undefined ? (
                  'never used'
                ) : (
                  <>
                    used <Ago at={lastUsed} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
