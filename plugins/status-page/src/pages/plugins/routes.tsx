import { Fault, type PluginStatus, type PrincipalOperations } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { liveRoute } from '../../live/routes.js'
import { Live, section } from '../../live/section.js'
import { type Ctx, field, type Notice, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { PluginsPage } from './page.js'

/** Plugins fail and recover without a word to the page. */
const every = 3_000

/** Which plugins there are, how they stand, and what they provide. */
export function pluginRoutes(router: PageRouter, site: Site): void {
  router.get('/plugins', async (ctx: Ctx) => {
    const page = <Live from="/plugins/events">{await body(operationsOf(ctx, site), csrfToken(ctx))}</Live>
    show(ctx, site, { title: 'Plugins', section: 'plugins' }, page)
  })
  liveRoute(site, '/plugins/events', async ({ operations, csrf }) => {
    await operations.authorize('listPlugins', {})
    const render = async () => [section('plugins', site.server.clock.now(), await body(operations, csrf))]
    return { wants: () => false, every, render }
  })
  router.post('/plugins/:name/enable', (ctx: Ctx) => turn(ctx, site, 'enable'))
  router.post('/plugins/:name/disable', (ctx: Ctx) => turn(ctx, site, 'disable'))
  router.post('/plugins/:name/reload', (ctx: Ctx) => turn(ctx, site, 'reload'))
}

async function body(operations: PrincipalOperations, csrf: string) {
  const [{ plugins }, { actionTypes }, { contributions }] = await Promise.all([
    operations.listPlugins({}),
    operations.listProvidedTypes({}),
    operations.listContributions({}),
  ])
  return (
    <PluginsPage
      plugins={plugins}
      types={actionTypes}
      pages={contributions.filter(({ kind }) => kind === 'page')}
      csrf={csrf}
      mayManage={(name) => operations.may('reloadPlugin', { name })}
    />
  )
}

async function turn(ctx: Ctx, site: Site, verb: 'enable' | 'disable' | 'reload'): Promise<void> {
  const name = param(ctx, 'name')
  await act(ctx, '/plugins', '', async () => {
    if (verb === 'disable' && name === 'aws-api' && field(ctx, 'typed') !== name) {
      throw new Fault(
        'ValidationException',
        'Type aws-api to disable it: everything outside this page is cut off then.',
      )
    }
    const { plugin } = await operationsOf(ctx, site)[`${verb}Plugin`]({ name })
    return outcome(name, verb, plugin)
  })
}

/** What became of it, in one sentence: a plugin may be switched on and fail at once. */
function outcome(name: string, verb: 'enable' | 'disable' | 'reload', now: PluginStatus | undefined): Notice {
  const done = { enable: 'enabled', disable: 'disabled', reload: 'loaded anew, with its code and its configuration' }[
    verb
  ]
  if (verb === 'disable' || !now || now.state === 'started') return { kind: 'good', text: `${name} is ${done}.` }
  return {
    kind: 'bad',
    text: `${name} was ${done}, and is ${now.state}: ${now.problems.at(-1) ?? 'it gave no reason'}`,
  }
}
