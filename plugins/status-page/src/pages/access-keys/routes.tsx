import { type AccessKey, isFault, type ManagedPolicy, managedPolicies, type PolicyDocument } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { administration, demand } from '../../http/permissions.js'
import { type Ctx, field, type PageRouter, param, principalOf, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { AccessKeysPage, type NewKey } from './page.js'
import { readPolicies } from './policies.js'

/** The keys with which AWS clients, workers and the command line come in. */
export function accessKeyRoutes(router: PageRouter, site: Site): void {
  router.get('/access-keys', (ctx: Ctx) => list(ctx, site, {}))
  router.post('/access-keys', (ctx: Ctx) => create(ctx, site))
  router.post('/access-keys/:id/delete', async (ctx: Ctx) => {
    const by = principalOf(ctx)
    const id = param(ctx, 'id')
    demand(site, by, administration.keys)
    await act(ctx, '/access-keys', `The key ${id} was deleted. What uses it is refused from now on.`, async () => {
      await site.server.access.deleteAccessKey(id)
      await site.server.access.audit({ principal: by.arn, operation: 'DeleteAccessKey', target: id, result: 'ok' })
    })
  })
}

interface ListOptions {
  readonly made?: NewKey
  readonly problem?: string
}

async function list(ctx: Ctx, site: Site, { made, problem }: ListOptions): Promise<void> {
  demand(site, principalOf(ctx), administration.keys)
  const keys = await site.server.access.listAccessKeys()
  const sorted = [...keys].sort((a: AccessKey, b: AccessKey) => b.created - a.created)
  const { region, publicUrl } = site.server.identity
  const page = (
    <AccessKeysPage
      keys={sorted}
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
  const by = principalOf(ctx)
  demand(site, by, administration.keys)
  const userName = field(ctx, 'userName')
  try {
    const policies: (ManagedPolicy | PolicyDocument)[] = readPolicies(ctx.state.form)
    const key = await site.server.access.createAccessKey(userName, policies)
    const target = `${key.accessKeyId} for ${userName}`
    await site.server.access.audit({ principal: by.arn, operation: 'CreateAccessKey', target, result: 'ok' })
    ctx.state.form = new URLSearchParams()
    await list(ctx, site, { made: key })
  } catch (error) {
    if (!isFault(error) || error.code === 'AccessDeniedException') throw error
    await list(ctx, site, { problem: error.message })
    ctx.status = 400
  }
}
