import { Fault, type PluginStatus } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { administration, demand, may } from '../../http/permissions.js'
import { Live, section } from '../../live/section.js'
import { liveStream } from '../../live/stream.js'
import { type Ctx, type Notice, type PageRouter, param, principalOf, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { PluginsPage } from './page.js'

/** Plugins fail and recover without a word to the page. */
const every = 3_000

/** Which plugins there are, how they stand, and what they provide. */
export function pluginRoutes(router: PageRouter, site: Site): void {
  router.get('/plugins', (ctx: Ctx) => {
    demand(site, principalOf(ctx), 'ListActionTypes')
    const page = <Live from="/plugins/events">{body(ctx, site)}</Live>
    show(ctx, site, { title: 'Plugins', section: 'plugins' }, page)
  })
  router.get('/plugins/events', (ctx: Ctx) => {
    demand(site, principalOf(ctx), 'ListActionTypes')
    const render = async () => [section('plugins', site.server.clock.now(), body(ctx, site))]
    liveStream(ctx, site, { wants: () => false, every, render })
  })
  router.post('/plugins/:name/enable', (ctx: Ctx) => turn(ctx, site, 'enable'))
  router.post('/plugins/:name/disable', (ctx: Ctx) => turn(ctx, site, 'disable'))
  router.post('/plugins/:name/reload', (ctx: Ctx) => turn(ctx, site, 'reload'))
}

function body(ctx: Ctx, site: Site) {
  const { plugins } = site.server
  return (
    <PluginsPage
      plugins={plugins.list()}
      types={plugins.actionTypes()}
      csrf={csrfToken(ctx)}
      mayManage={may(site, principalOf(ctx), administration.plugins)}
      canReload={plugins.reload !== undefined}
    />
  )
}

const operations = { enable: 'EnablePlugin', disable: 'DisablePlugin', reload: 'ReloadPlugin' } as const

async function turn(ctx: Ctx, site: Site, verb: keyof typeof operations): Promise<void> {
  const by = principalOf(ctx)
  const name = param(ctx, 'name')
  demand(site, by, administration.plugins)
  const { plugins, access } = site.server
  const audit = (result: string) =>
    access.audit({ principal: by.arn, operation: operations[verb], target: name, result })
  await act(ctx, '/plugins', '', async () => {
    try {
      await plugins[verb]?.(name)
    } catch (error) {
      const { name: kind, message } = error as Error
      await audit(kind)
      // What the host refuses it explains; the reader may have it, for it is their plugin.
      throw kind === 'PluginRefused' ? new Fault('ConflictException', message) : error
    }
    await audit('ok')
    return outcome(
      name,
      verb,
      plugins.list().find((plugin) => plugin.name === name),
    )
  })
}

/** What became of it, in one sentence: a plugin may be switched on and fail at once. */
function outcome(name: string, verb: keyof typeof operations, now: PluginStatus | undefined): Notice {
  const done = { enable: 'enabled', disable: 'disabled', reload: 'loaded anew, with its code and its configuration' }[
    verb
  ]
  if (verb === 'disable' || !now || now.state === 'started') return { kind: 'good', text: `${name} is ${done}.` }
  return {
    kind: 'bad',
    text: `${name} was ${done}, and is ${now.state}: ${now.problems.at(-1) ?? 'it gave no reason'}`,
  }
}
