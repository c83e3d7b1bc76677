import { isFault, managedPolicies } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, field, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { AccessKeysPage, type NewKey } from './page.js'
import { readPolicies } from './policies.js'

/** The keys with which AWS clients, workers and the command line come in. */
export function accessKeyRoutes(router: PageRouter, site: Site): void {
  router.get('/access-keys', (ctx: Ctx) => list(ctx, site, {}))
  router.post('/access-keys', (ctx: Ctx) => create(ctx, site))
  router.post('/access-keys/:id/delete', async (ctx: Ctx) => {
    const accessKeyId = param(ctx, 'id')
    await act(ctx, '/access-keys', `The key ${accessKeyId} was deleted. What uses it is refused from now on.`, () =>
      operationsOf(ctx, site).deleteAccessKey({ accessKeyId }),
    )
  })
}

interface ListOptions {
  readonly made?: NewKey
  readonly problem?: string
}

async function list(ctx: Ctx, site: Site, { made, problem }: ListOptions): Promise<void> {
  const { accessKeys } = await operationsOf(ctx, site).listAccessKeys({})
  const { region, publicUrl } = site.server.identity
  const page = (
    <AccessKeysPage
      keys={accessKeys}
      made={made}
      problem={problem}
      csrf={csrfToken(ctx)}
      managed={managedPolicies}
      entered={{ userName: field(ctx, 'userName'), document: field(ctx, 'document') }}
      region={region}
      endpoint={publicUrl}
    />
  )
  show(ctx, site, { title: 'Access keys', section: 'access-keys' }, page)
}

/** The secret is in the answer to this one request, and nowhere else: no redirect, so that nothing has to keep it. */
async function create(ctx: Ctx, site: Site): Promise<void> {
  const operations = operationsOf(ctx, site)
  await operations.authorize('createAccessKey', {})
  try {
    const policies = readPolicies(ctx.state.form)
    const { accessKey } = await operations.createAccessKey({ userName: field(ctx, 'userName'), policies })
    ctx.state.form = new URLSearchParams()
    await list(ctx, site, { made: accessKey })
  } catch (error) {
    if (!isFault(error) || error.code === 'AccessDeniedException') throw error
    await list(ctx, site, { problem: error.message })
    ctx.status = 400
  }
}
