import type { AccessKey, ManagedPolicy } from '@penstock/core'
import { Pop, Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { Pre } from '../../view/pre.js'
import { Ago } from '../../view/time.js'

/** A key that was just made, with its secret. */
export type NewKey = AccessKey & { readonly secretAccessKey: string }

interface KeysProps {
  readonly keys: readonly AccessKey[]
  readonly made: NewKey | undefined
  readonly problem: string | undefined
  readonly csrf: string
  readonly managed: readonly ManagedPolicy[]
  readonly entered: { readonly userName: string; readonly document: string }
  readonly region: string
  readonly endpoint: string
}

/** All keys, and the form for a new one. */
export function AccessKeysPage(props: KeysProps) {
  const { keys, made, problem, csrf } = props
  return (
    <>
      <header class="page-head">
        <h1>Access keys</h1>
        <p class="lead">With a key, the AWS CLI, SDKs, workers and the penstock command reach this server.</p>
      </header>
      {made && <Made {...props} made={made} />}
      {problem && (
        <div class="notice bad" role="alert">
          <Icon name="failed" />
          <p>{problem}</p>
        </div>
      )}
      <NewKeyForm {...props} />
      <section class="panel" aria-labelledby="keys-title">
        <header class="panel-head">
          <h2 id="keys-title">Keys</h2>
        </header>
        {keys.length === 0 ? (
          <p class="quiet pad">There are none.</p>
        ) : (
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">User</th>
                <th scope="col">May</th>
                <th scope="col">Made</th>
                <th scope="col">Last used</th>
                <th scope="col">
                  <span class="sr">Delete</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <Row key={key.accessKeyId} accessKey={key} csrf={csrf} />
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  )
}

function Made({ made, region, endpoint }: KeysProps & { readonly made: NewKey }) {
  return (
    <section class="notice good made" role="status">
      <Icon name="key" />
      <div>
        <p>
          <strong>The key of {made.userName}.</strong> The secret is shown this once: keep it now, there is no way to
          read it again.
        </p>
        <Pre>
          {[
            `export AWS_ACCESS_KEY_ID=${made.accessKeyId}`,
            `export AWS_SECRET_ACCESS_KEY=${made.secretAccessKey}`,
            `export AWS_DEFAULT_REGION=${region}`,
            `export AWS_ENDPOINT_URL_CODEPIPELINE=${endpoint}`,
          ].join('\n')}
        </Pre>
      </div>
    </section>
  )
}

function NewKeyForm({ csrf, managed, entered }: KeysProps) {
  return (
    <Post action="/access-keys" csrf={csrf} class="panel new-key">
      <h2>New key</h2>
      <label>
        For which user or program?
        <input
          name="userName"
          required
          maxLength={64}
          pattern="[\w+=,.@\-]+"
          defaultValue={entered.userName}
          value={entered.userName}
          autoComplete="off"
        />
      </label>
      <fieldset>
        <legend>What it may do</legend>
        {managed.map((policy) => (
          <label key={policy} class="choice">
            <input type="checkbox" name="policy" value={policy} />
            <span>{policy}</span>
          </label>
        ))}
        <details class="more" open={entered.document !== ''}>
          <summary>A policy of your own</summary>
          <label>
            Policy document, as IAM has it
            <textarea
              name="document"
              rows={7}
              spellcheck={false}
              class="json"
              placeholder={'{"Statement": [{"Effect": "Allow", "Action": "codepipeline:Get*", "Resource": "*"}]}'}
            >
              {entered.document}
            </textarea>
          </label>
        </details>
      </fieldset>
      <button type="submit" class="button primary">
        <Icon name="key" />
        Make the key
      </button>
    </Post>
  )
}

function Row({ accessKey, csrf }: { readonly accessKey: AccessKey; readonly csrf: string }) {
  return (
    <tr>
      <td data-label="Key">
        <code>{accessKey.accessKeyId}</code> {accessKey.status === 'Inactive' && <span class="badge">inactive</span>}
      </td>
      <td data-label="User">{accessKey.userName}</td>
      <td data-label="May">
        {accessKey.policies.map((policy, index) =>
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
      <td data-label="Made">
        <Ago at={accessKey.created} />
      </td>
      <td data-label="Last used">
        {accessKey.lastUsed ? <Ago at={accessKey.lastUsed} /> : <span class="quiet">never</span>}
      </td>
      <td>
        <Pop label="Delete" kind="quiet" icon="trash">
          <Post action={`/access-keys/${encodeURIComponent(accessKey.accessKeyId)}/delete`} csrf={csrf}>
            <p>Whatever uses {accessKey.accessKeyId} is refused from then on.</p>
            <button type="submit" class="button danger">
              Delete the key
            </button>
          </Post>
        </Pop>
      </td>
    </tr>
  )
}
