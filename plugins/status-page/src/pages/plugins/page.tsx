import type { ActionTypeInfo, ContributionInfo, PluginStatus } from '@penstock/core'
import { Pop, Post } from '../../view/form.js'
import { Icon, type IconName } from '../../view/icons.js'

interface PageProps {
  readonly plugins: readonly PluginStatus[]
  readonly types: readonly ActionTypeInfo[]
  /** What they add to this page. */
  readonly pages: readonly ContributionInfo[]
  readonly csrf: string
  readonly mayManage: (plugin: string) => boolean
}

/** All plugins, and what each provides. */
export function PluginsPage({ plugins, ...rest }: PageProps) {
  const troubled = plugins.filter(({ state }) => state === 'failed' || state === 'incompatible').length
  return (
    <div id="plugins">
      <header class="page-head">
        <h1>Plugins</h1>
        <p class="lead">
          {plugins.length} installed
          {troubled > 0 ? `, ${troubled} of them with a problem. The others go on without.` : ', all well.'}
        </p>
      </header>
      <ul class="plugins">
        {plugins.map((plugin) => (
          <Plugin key={plugin.name} plugin={plugin} {...rest} />
        ))}
      </ul>
    </div>
  )
}

const looks: Readonly<Record<PluginStatus['state'], readonly [tone: string, icon: IconName]>> = {
  discovered: ['queued', 'waiting'],
  validated: ['queued', 'waiting'],
  loaded: ['queued', 'waiting'],
  registered: ['queued', 'waiting'],
  started: ['succeeded', 'succeeded'],
  stopped: ['stopped', 'stopped'],
  failed: ['failed', 'failed'],
  incompatible: ['failed', 'warning'],
  disabled: ['stopped', 'cancelled'],
}

type PluginProps = Omit<PageProps, 'plugins'> & { readonly plugin: PluginStatus }

function Plugin({ plugin, types, pages, csrf, mayManage }: PluginProps) {
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
        {plugin.isolation === 'process' && <span class="badge">own process</span>}
        {mayManage(plugin.name) && <Turn plugin={plugin} own={own} csrf={csrf} />}
      </div>
      <Pages pages={pages.filter((page) => page.plugin === plugin.name)} />
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

/** Pages of its own. */
function Pages({ pages }: { readonly pages: readonly ContributionInfo[] }) {
  if (pages.length === 0) return null
  return (
    <p class="plugin-pages">
      {pages.map(({ plugin, id, title }) => (
        <a key={id} href={`/plugins/${plugin}/pages/${id}`}>
          {title}
        </a>
      ))}
    </p>
  )
}

interface TurnProps {
  readonly plugin: PluginStatus
  /** The action types that it provides. */
  readonly own: readonly ActionTypeInfo[]
  readonly csrf: string
}

/** The page itself cannot be switched off here: nobody could switch it on again. */
function Turn({ plugin, own, csrf }: TurnProps) {
  if (plugin.name === 'status-page') return null
  const off = plugin.state === 'disabled'
  return (
    <div class="plugin-deeds">
      {!off && <Deed plugin={plugin.name} verb="reload" label="Reload" csrf={csrf} />}
      {off ? (
        <Deed plugin={plugin.name} verb="enable" label="Enable" csrf={csrf} />
      ) : (
        <Disable plugin={plugin} own={own} csrf={csrf} />
      )}
    </div>
  )
}

/** C2: switching off asks, and says what goes with it; what cuts everybody off has to be typed. */
function Disable({ plugin: { name }, own, csrf }: TurnProps) {
  const types = own.map(({ id }) => `${id.category} ${id.provider}`).join(', ')
  return (
    <Pop label="Disable" kind="quiet">
      <Post action={`/plugins/${encodeURIComponent(name)}/disable`} csrf={csrf}>
        {types && <p>Actions of {types} fail, and pipelines with them cannot be saved, until it is enabled again.</p>}
        {name === 'aws-api' && (
          <>
            <p>The AWS CLI, SDKs, commands, webhooks and all workers elsewhere are cut off at once.</p>
            <label>
              Type aws-api to go on
              <input name="typed" required pattern="aws-api" autoComplete="off" />
            </label>
          </>
        )}
        <p>What runs in it now is ended.</p>
        <button type="submit" class="button danger">
          Disable {name}
        </button>
      </Post>
    </Pop>
  )
}

interface DeedProps {
  readonly plugin: string
  readonly verb: string
  readonly label: string
  readonly csrf: string
}

function Deed({ plugin, verb, label, csrf }: DeedProps) {
  return (
    <Post action={`/plugins/${encodeURIComponent(plugin)}/${verb}`} csrf={csrf}>
      <button type="submit" class={verb === 'enable' ? 'button' : 'button quiet'}>
        {label}
        <span class="sr"> {plugin}</span>
      </button>
    </Post>
  )
}
