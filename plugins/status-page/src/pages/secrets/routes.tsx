import type { OperationOutput } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, field, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { Pop, Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { personOf } from '../../view/person.js'
import { show } from '../../view/show.js'
import { Ago } from '../../view/time.js'

type Secret = OperationOutput<'listSecrets'>['secrets'][number]

/** Named secrets: written, never read. */
export function secretRoutes(router: PageRouter, site: Site): void {
  router.get('/secrets', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    const { secrets } = await operations.listSecrets({})
    const may = {
      put: (name: string) => operations.may('putSecret', { name }),
      remove: (name: string) => operations.may('deleteSecret', { name }),
    }
    const page = <Secrets secrets={secrets} csrf={csrfToken(ctx)} may={may} />
    show(ctx, site, { title: 'Secrets', section: 'secrets' }, page)
  })
  router.post('/secrets', async (ctx: Ctx) => {
    const name = field(ctx, 'name')
    const operations = operationsOf(ctx, site)
    await operations.authorize('putSecret', { name: name || '*' })
    await act(ctx, '/secrets', `${name} is kept.`, () =>
      operations.putSecret({
        name,
        // As it was typed: blanks at its ends may belong to it.
        value: ctx.state.form.get('value') ?? '',
        pipelines: patterns(ctx, 'pipelines'),
        stages: patterns(ctx, 'stages'),
      }),
    )
  })
  router.post('/secrets/:name/delete', async (ctx: Ctx) => {
    const name = param(ctx, 'name')
    await act(ctx, '/secrets', `${name} is forgotten.`, () => operationsOf(ctx, site).deleteSecret({ name }))
  })
}

/** Undefined, which means everywhere, when nothing is typed. */
function patterns(ctx: Ctx, name: string): string[] | undefined {
  const found = field(ctx, name)
    .split(/[\s,]+/)
    .filter(Boolean)
  return found.length > 0 ? found : undefined
}

interface PageProps {
  readonly secrets: readonly Secret[]
  readonly csrf: string
  readonly may: { readonly put: (name: string) => boolean; readonly remove: (name: string) => boolean }
}

function Secrets({ secrets, csrf, may }: PageProps) {
  return (
    <>
      <header class="page-head">
        <h1>Secrets</h1>
        <p class="lead">
          Values that pipelines use by name and nobody reads: <code>{'{{secret:NAME}}'}</code> in a configuration.
        </p>
        {may.put('*') && (
          <div class="toolbar">
            <Pop label="New secret" icon="plus" kind="primary">
              <SecretForm csrf={csrf} />
            </Pop>
          </div>
        )}
      </header>
      {secrets.length === 0 ? (
        <p class="empty">No secret is kept yet.</p>
      ) : (
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">For</th>
              <th scope="col">Changed</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span class="sr">Changes</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {secrets.map((secret) => (
              <Row key={secret.name} secret={secret} csrf={csrf} may={may} />
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

function Row({ secret, csrf, may }: { readonly secret: Secret } & Pick<PageProps, 'csrf' | 'may'>) {
  const { name, pipelines, stages, changed, changedBy, lastUsed } = secret
  const scope = [pipelines?.join(', '), stages && `stages ${stages.join(', ')}`].filter(Boolean).join('; ')
  return (
    <tr>
      <td data-label="Name" class="break">
        <code>{name}</code>
      </td>
      <td data-label="For" class="break">
        {scope || 'all pipelines'}
      </td>
      <td data-label="Changed">
        <Ago at={changed} /> <span class="quiet">by {personOf(changedBy)}</span>
      </td>
      <td data-label="Last used">{lastUsed ? <Ago at={lastUsed} /> : <span class="quiet">never</span>}</td>
      <td>
        <div class="buttons">
          {may.put(name) && (
            <Pop label="Change" kind="quiet">
              <SecretForm csrf={csrf} secret={secret} />
            </Pop>
          )}
          {may.remove(name) && (
            <Pop label="Delete" kind="quiet" icon="trash">
              <Post action={`/secrets/${encodeURIComponent(name)}/delete`} csrf={csrf}>
                <p>
                  Actions that use {name} fail from then on
                  {lastUsed ? (
                    <>
                      ; it was used <Ago at={lastUsed} />
                    </>
                  ) : (
                    '; none has used it yet'
                  )}
                  .
                </p>
                <button type="submit" class="button danger">
                  Delete {name}
                </button>
              </Post>
            </Pop>
          )}
        </div>
      </td>
    </tr>
  )
}

/** The value is never shown again, and so is typed anew with every change. */
function SecretForm({ csrf, secret }: { readonly csrf: string; readonly secret?: Secret }) {
  return (
    <Post action="/secrets" csrf={csrf}>
      {secret ? (
        <input type="hidden" name="name" value={secret.name} />
      ) : (
        <label>
          Name
          <input name="name" required maxLength={128} pattern="[A-Za-z0-9][A-Za-z0-9_.@\-]*" autoComplete="off" />
        </label>
      )}
      <label>
        Value <span class="quiet">never shown again</span>
        <input type="password" name="value" required maxLength={65_536} autoComplete="new-password" />
      </label>
      <details class="more" open={secret?.pipelines !== undefined || secret?.stages !== undefined}>
        <summary>Only for some pipelines or stages</summary>
        <label>
          Pipelines <span class="quiet">names or patterns, such as shop-*; empty for all</span>
          <input name="pipelines" value={secret?.pipelines?.join(', ')} />
        </label>
        <label>
          Stages
          <input name="stages" value={secret?.stages?.join(', ')} />
        </label>
      </details>
      <button type="submit" class="button primary">
        <Icon name="key" />
        Keep it
      </button>
    </Post>
  )
}
