import { Fault } from '@penstock/core'
import { act } from '../../http/act.js'
import { type Ctx, field, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { Post, Trail } from '../../view/form.js'
import { to } from '../../view/link.js'
import { show } from '../../view/show.js'

/** Deleting a pipeline, with its name typed. */
export function deleteRoutes(router: PageRouter, site: Site, csrfToken: (ctx: Ctx) => string): void {
  router.get('/pipelines/:name/delete', async (ctx: Ctx) => {
    const name = param(ctx, 'name')
    const operations = operationsOf(ctx, site)
    await operations.authorize('deletePipeline', { name })
    await operations.getPipeline({ name })
    show(ctx, site, { title: `Delete ${name}`, section: 'pipelines' }, <DeletePage name={name} csrf={csrfToken(ctx)} />)
  })
  router.post('/pipelines/:name/delete', async (ctx: Ctx) => {
    const name = param(ctx, 'name')
    const operations = operationsOf(ctx, site)
    await operations.authorize('deletePipeline', { name })
    const typed = field(ctx, 'typed')
    const back = typed === name ? '/' : to.pipeline(name, 'delete')
    await act(ctx, back, `${name} was deleted.`, async () => {
      if (typed !== name) throw new Fault('ValidationException', `Type ${name} to delete it; '${typed}' was typed.`)
      await operations.deletePipeline({ name })
    })
  })
}

function DeletePage({ name, csrf }: { readonly name: string; readonly csrf: string }) {
  return (
    <>
      <header class="page-head">
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: to.pipeline(name), label: name },
          ]}
        />
        <h1>Delete {name}</h1>
        <p class="lead">
          Its definition and its history go, and running executions end. What it built or deployed stays where it is.
          This cannot be undone.
        </p>
      </header>
      <Post action={to.pipeline(name, 'delete')} csrf={csrf} class="panel narrow">
        <label>
          Type <strong>{name}</strong> to delete it
          <input name="typed" required autoComplete="off" spellcheck={false} />
        </label>
        <div class="buttons">
          <a class="button quiet" href={to.pipeline(name)}>
            Keep it
          </a>
          <button type="submit" class="button danger">
            Delete the pipeline
          </button>
        </div>
      </Post>
    </>
  )
}
