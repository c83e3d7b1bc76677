import { managedPolicies, type OperationOutput } from '@penstock/core'
import { Pop, Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { Pre } from '../../view/pre.js'
import { Ago } from '../../view/time.js'

type User = OperationOutput<'listUsers'>['users'][number]
type Session = OperationOutput<'listSessions'>['sessions'][number]

interface PageProps {
  readonly users: readonly User[]
  readonly sessions: readonly Session[]
  readonly csrf: string
  /** The reader's own name. */
  readonly self: string
  readonly may: {
    readonly create: boolean
    readonly change: (user: string) => boolean
    readonly remove: (user: string) => boolean
    readonly password: (user: string) => boolean
    readonly end: (user: string) => boolean
  }
}

/** Everybody who may sign in, then who is signed in now. */
export function UsersPage(props: PageProps) {
  const { users, sessions, csrf, may } = props
  return (
    <>
      <header class="page-head">
        <h1>Users</h1>
        <p class="lead">Who may sign in, and what each may do.</p>
        {may.create && (
          <div class="toolbar">
            <Pop label="New user" icon="plus" kind="primary">
              <Post action="/users" csrf={csrf}>
                <label>
                  Name
                  <input name="userName" required maxLength={64} pattern="[\w+=,.@\-]+" autoComplete="off" />
                </label>
                <Passwords />
                <Policies chosen={[]} />
                <button type="submit" class="button primary">
                  Add the user
                </button>
              </Post>
            </Pop>
          </div>
        )}
      </header>
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">May</th>
            <th scope="col">Keys</th>
            <th scope="col">Signed in</th>
            <th scope="col">
              <span class="sr">Changes</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <Row key={user.userName} user={user} {...props} />
          ))}
        </tbody>
      </table>
      <Sessions sessions={sessions} csrf={csrf} end={may.end} />
    </>
  )
}

function Row({ user, csrf, may, self }: PageProps & { readonly user: User }) {
  const { userName, policies, enabled, accessKeys, sessions } = user
  const at = (verb: string) => `/users/${encodeURIComponent(userName)}/${verb}`
  return (
    <tr>
      <td data-label="Name" class="break">
        {userName} {!enabled && <span class="badge tone-failed">kept out</span>}
      </td>
      <td data-label="May">
        {policies.map((policy, index) =>
          typeof policy === 'string' ? (
            <span key={policy} class="block">
              {policy}
            </span>
          ) : (
            <details key={index} class="more">
              <summary>own policy</summary>
              <Pre>{JSON.stringify(policy, undefined, 2)}</Pre>
            </details>
          ),
        )}
      </td>
      <td data-label="Keys">{accessKeys}</td>
      <td data-label="Signed in">{sessions === 0 ? <span class="quiet">nowhere</span> : sessions}</td>
      <td>
        <div class="buttons">
          {may.change(userName) && (
            <Pop label="Rights" kind="quiet">
              <Post action={at('policies')} csrf={csrf}>
                <Policies chosen={policies} />
                <button type="submit" class="button primary">
                  Change the rights of {userName}
                </button>
              </Post>
            </Pop>
          )}
          {may.password(userName) && (
            <Pop label="Password" kind="quiet">
              <Post action={at('password')} csrf={csrf}>
                <Passwords />
                <p class="hint">All sessions of {userName} end.</p>
                <button type="submit" class="button primary">
                  Change the password
                </button>
              </Post>
            </Pop>
          )}
          {may.remove(userName) && userName !== self && <Removal user={user} at={at} csrf={csrf} />}
        </div>
      </td>
    </tr>
  )
}

function Removal({
  user,
  at,
  csrf,
}: {
  readonly user: User
  readonly at: (verb: string) => string
  readonly csrf: string
}) {
  const { userName, enabled, accessKeys, sessions } = user
  return (
    <Pop label={enabled ? 'Keep out' : 'Let in'} kind="quiet">
      <Post action={at('status')} csrf={csrf}>
        <p>
          {enabled
            ? `${userName} cannot sign in any more; ${accessKeys} keys and ${sessions} sessions stop working at once.`
            : `${userName} and its ${accessKeys} keys work again.`}
        </p>
        <button type="submit" class="button" name="enabled" value={String(!enabled)}>
          {enabled ? `Keep ${userName} out` : `Let ${userName} in`}
        </button>
      </Post>
      <Post action={at('delete')} csrf={csrf}>
        <button type="submit" class="button danger">
          <Icon name="trash" />
          Delete {userName} with its keys
        </button>
      </Post>
    </Pop>
  )
}

function Passwords() {
  return (
    <>
      <label>
        Password <span class="quiet">at least 12 characters</span>
        <input type="password" name="password" required minLength={12} maxLength={1024} autoComplete="new-password" />
      </label>
      <label>
        Once more
        <input type="password" name="again" required minLength={12} maxLength={1024} autoComplete="new-password" />
      </label>
    </>
  )
}

function Policies({ chosen }: { readonly chosen: User['policies'] }) {
  const own = chosen.filter((policy) => typeof policy !== 'string')
  return (
    <fieldset>
      <legend>What it may do</legend>
      {managedPolicies.map((policy) => (
        <label key={policy} class="choice">
          <input type="checkbox" name="policy" value={policy} checked={chosen.includes(policy)} />
          <span>{policy}</span>
        </label>
      ))}
      <details class="more" open={own.length > 0}>
        <summary>A policy of your own</summary>
        <label>
          Policy document, as IAM has it
          <textarea name="document" rows={6} spellcheck={false} class="json">
            {own.length > 0 ? JSON.stringify(own[0], undefined, 2) : ''}
          </textarea>
        </label>
      </details>
    </fieldset>
  )
}

function Sessions({
  sessions,
  csrf,
  end,
}: {
  sessions: readonly Session[]
  csrf: string
  end: (user: string) => boolean
}) {
  if (sessions.length === 0) return null
  return (
    <section class="panel" aria-labelledby="sessions-title">
      <header class="panel-head">
        <h2 id="sessions-title">Signed in now</h2>
      </header>
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">From</th>
            <th scope="col">Since</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span class="sr">End it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map(({ sessionId, userName, from, created, expires }) => (
            <tr key={sessionId}>
              <td data-label="Name">{userName}</td>
              <td data-label="From">{from ?? <span class="quiet">unknown</span>}</td>
              <td data-label="Since">
                <Ago at={created} />
              </td>
              <td data-label="Ends">
                <Ago at={expires} />
              </td>
              <td>
                {end(userName) && (
                  <Post action={`/users/${encodeURIComponent(userName)}/sessions/end`} csrf={csrf}>
                    <button type="submit" class="button quiet small" name="session" value={sessionId}>
                      End<span class="sr"> this session of {userName}</span>
                    </button>
                  </Post>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
