import type { ActionTypeInfo, PluginStatus } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { administration, demand, may } from '../../http/permissions.js'
import { type Ctx, type PageRouter, param, principalOf, type Site } from '../../site.js'
import { Post } from '../../view/form.js'
import { Icon, type IconName } from '../../view/icons.js'
import { show } from '../../view/show.js'

/** Which plugins there are, how they stand, and what they provide. */
export function pluginRoutes(router: PageRouter, site: Site): void {
  router.get('/plugins', (ctx: Ctx) => {
    demand(site, principalOf(ctx), 'ListActionTypes')
    const { plugins } = site.server
    const page = (
      <PluginsPage
        plugins={plugins.list()}
        types={plugins.actionTypes()}
        csrf={csrfToken(ctx)}
        mayManage={may(site, principalOf(ctx), administration.plugins)}
      />
    )
    show(ctx, site, { title: 'Plugins', section: 'plugins' }, page)
  })
  router.post('/plugins/:name/enable', (ctx: Ctx) => turn(ctx, site, 'enable'))
  router.post('/plugins/:name/disable', (ctx: Ctx) => turn(ctx, site, 'disable'))
}

async function turn(ctx: Ctx, site: Site, verb: 'enable' | 'disable'): Promise<void> {
  const by = principalOf(ctx)
  const name = param(ctx, 'name')
  demand(site, by, administration.plugins)
  await act(ctx, '/plugins', `${name} is ${verb}d.`, async () => {
    await site.server.plugins[verb](name)
    const operation = verb === 'enable' ? 'EnablePlugin' : 'DisablePlugin'
    await site.server.access.audit({ principal: by.arn, operation, target: name, result: 'ok' })
  })
}

interface PageProps {
  readonly plugins: readonly PluginStatus[]
  readonly types: readonly ActionTypeInfo[]
  readonly csrf: string
  readonly mayManage: boolean
}

function PluginsPage({ plugins, types, csrf, mayManage }: PageProps) {
  const troubled = plugins.filter(({ state }) => state === 'failed' || state === 'incompatible').length
  return (
    <>
      <header class="page-head">
        <h1>Plugins</h1>
        <p class="lead">
          {plugins.length} installed
          {troubled > 0 ? `, ${troubled} of them with a problem. The others go on without.` : ', all well.'}
        </p>
      </header>
      <ul class="plugins">
        {plugins.map((plugin) => (
          <Plugin key={plugin.name} plugin={plugin} types={types} csrf={csrf} mayManage={mayManage} />
        ))}
      </ul>
    </>
  )
}

const looks: Readonly<Record<PluginStatus['state'], readonly [tone: string, icon: IconName]>> = {
  discovered: ['calm', 'waiting'],
  validated: ['calm', 'waiting'],
  loaded: ['calm', 'waiting'],
  registered: ['calm', 'waiting'],
  started: ['good', 'succeeded'],
  stopped: ['calm', 'stopped'],
  failed: ['bad', 'failed'],
  incompatible: ['bad', 'warning'],
  disabled: ['calm', 'cancelled'],
}

function Plugin({ plugin, types, csrf, mayManage }: Omit<PageProps, 'plugins'> & { readonly plugin: PluginStatus }) {
  const [tone, icon] = looks[plugin.state]
  const own = types.filter((type) => type.plugin === plugin.name)
  return (
    <li class={`plugin tone-${tone}`}>
      <div class="plugin-head">
        <h2>{plugin.name}</h2>
        <span class="quiet">{plugin.version}</span>
        <span class={`status tone-${tone}`}>
          <Icon name={icon} />
          <span>{plugin.state}</span>
        </span>
        {!plugin.bundled && <span class="badge">installed here</span>}
        {mayManage && <Turn plugin={plugin} csrf={csrf} />}
      </div>
      <ul class="provides" aria-label="Provides">
        {own.length > 0
          ? own.map(({ id, description }) => (
              <li key={`${id.category}${id.provider}${id.version}`} title={description}>
                <span class="category">{id.category}</span> {id.provider}
              </li>
            ))
          : plugin.provides.map((what) => <li key={what}>{what}</li>)}
      </ul>
      {plugin.problems.length > 0 && (
        <ul class="plugin-problems">
          {plugin.problems.map((problem, index) => (
            <li key={index} class="error-text">
              {problem}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

/** The page itself cannot be switched off here: nobody could switch it on again. */
function Turn({ plugin, csrf }: { readonly plugin: PluginStatus; readonly csrf: string }) {
  if (plugin.name === 'status-page') return null
  const verb = plugin.state === 'disabled' ? 'enable' : 'disable'
  return (
    <Post action={`/plugins/${encodeURIComponent(plugin.name)}/${verb}`} csrf={csrf}>
      <button type="submit" class={verb === 'enable' ? 'button' : 'button quiet'}>
        {verb === 'enable' ? 'Enable' : 'Disable'}
        <span class="sr"> {plugin.name}</span>
      </button>
    </Post>
  )
}
