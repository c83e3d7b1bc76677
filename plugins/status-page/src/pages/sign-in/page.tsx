import { Icon } from '../../view/icons.js'
import { Pre } from '../../view/pre.js'

interface SignInProps {
  readonly csrf: string
  readonly to: string
  readonly problem: string | undefined
  readonly userName: string | undefined
}

/** The sign-in, which also says where the first password is. */
export function SignInPage({ csrf, to, problem, userName }: SignInProps) {
  return (
    <section class="sign-in">
      <h1>Sign in</h1>
      {problem && (
        <div class="notice bad" role="alert" id="problem">
          <Icon name="failed" />
          <p>{problem}</p>
        </div>
      )}
      <form method="post" action="/sign-in" data-once>
        <input type="hidden" name="_csrf" value={csrf} />
        <input type="hidden" name="to" value={to} />
        <label>
          User name
          <input name="user" value={userName ?? 'admin'} autoComplete="username" autoCapitalize="none" required />
        </label>
        <label>
          Password
          <input
            type="password"
            name="password"
            autoComplete="current-password"
            autofocus
            required
            aria-describedby={problem ? 'problem' : undefined}
          />
        </label>
        <button type="submit" class="button primary big">
          Sign in
        </button>
      </form>
      <aside class="hint">
        <p>
          <strong>First time here?</strong> The first start wrote a password for the user <code>admin</code> into a file
          in the server's data folder (the server said where when it started). Read it there:
        </p>
        <Pre>cat secrets/initialAdminPassword</Pre>
      </aside>
    </section>
  )
}
