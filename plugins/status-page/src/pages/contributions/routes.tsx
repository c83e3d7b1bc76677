import type { ContributionInfo, PanelSubject } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, operationsOf, type PageRouter, param, query, type Site } from '../../site.js'
import { Trail } from '../../view/form.js'
import { to } from '../../view/link.js'
import { show } from '../../view/show.js'
import { Contributed } from './content.js'
import { PanelSection, panelOf } from './panels.js'

/** Milliseconds: longer than any panel may take. */
const whole = 60_000

/** Panels and pages that plugins contribute, and their forms. */
export function contributionRoutes(router: PageRouter, site: Site): void {
  router.get('/plugins/:plugin/panels/:id', async (ctx: Ctx) => {
    const [info, subject] = [await infoOf(ctx, site, 'panel'), subjectOf(ctx)]
    const panel = await panelOf(ctx, site, info, subject, whole)
    const may = operationsOf(ctx, site).may('startPipelineExecution', { name: subject.pipelineName })
    const body = (
      <>
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: backOf(subject), label: subject.pipelineName },
          ]}
        />
        {panel ? (
          <PanelSection panel={panel} subject={subject} csrf={csrfToken(ctx)} may={may} />
        ) : (
          <p class="empty">{info.title} has nothing to say here.</p>
        )}
      </>
    )
    show(ctx, site, { title: `${info.title} of ${subject.pipelineName}`, section: 'pipelines' }, body)
  })
  router.post('/plugins/:plugin/panels/:id/:form', async (ctx: Ctx) => {
    const [plugin, id, form] = [param(ctx, 'plugin'), param(ctx, 'id'), param(ctx, 'form')]
    const subject = subjectOf(ctx)
    await act(ctx, backOf(subject), 'Done.', async () => {
      const { said } = await operationsOf(ctx, site).submitPanel({ plugin, id, form, subject, values: valuesOf(ctx) })
      return said === undefined ? undefined : { kind: 'good', text: said }
    })
  })
  pageRoutes(router, site)
}

function pageRoutes(router: PageRouter, site: Site): void {
  router.get('/plugins/:plugin/pages/:id', async (ctx: Ctx) => {
    const info = await infoOf(ctx, site, 'page')
    const { plugin, id, title, forms } = info
    const operations = operationsOf(ctx, site)
    const { content } = await operations.getPluginPage({ plugin, id, query: queryOf(ctx) })
    const search = ctx.search
    const may = operations.may('submitPluginPage', { plugin, id, form: 'any' })
    const address = (form: string) => `/plugins/${plugin}/pages/${id}/${form}${search}`
    const body = (
      <>
        <header class="page-head">
          <Trail steps={[{ href: '/plugins', label: 'Plugins' }]} />
          <h1>{title}</h1>
        </header>
        {content ? (
          <Contributed content={content} forms={forms} csrf={csrfToken(ctx)} may={may} action={address} />
        ) : (
          <p class="empty">There is nothing to show.</p>
        )}
      </>
    )
    show(ctx, site, { title, section: 'plugins' }, body)
  })
  router.post('/plugins/:plugin/pages/:id/:form', async (ctx: Ctx) => {
    const [plugin, id, form] = [param(ctx, 'plugin'), param(ctx, 'id'), param(ctx, 'form')]
    await act(ctx, `/plugins/${plugin}/pages/${id}${ctx.search}`, 'Done.', async () => {
      const input = { plugin, id, form, query: queryOf(ctx), values: valuesOf(ctx) }
      const { said } = await operationsOf(ctx, site).submitPluginPage(input)
      return said === undefined ? undefined : { kind: 'good', text: said }
    })
  })
}

async function infoOf(ctx: Ctx, site: Site, kind: ContributionInfo['kind']): Promise<ContributionInfo> {
  const [plugin, id] = [param(ctx, 'plugin'), param(ctx, 'id')]
  const { contributions } = await operationsOf(ctx, site).listContributions({})
  const info = contributions.find((one) => one.kind === kind && one.plugin === plugin && one.id === id)
  return info ?? ctx.throw(404, `No plugin that runs has the ${kind} ${plugin}/${id}.`)
}

function subjectOf(ctx: Ctx): PanelSubject {
  const members = ['pipelineExecutionId', 'stageName', 'actionName', 'actionExecutionId'] as const
  const more = members.flatMap((name) => {
    const value = query(ctx, name)
    return value === undefined ? [] : [[name, value]]
  })
  return { pipelineName: query(ctx, 'pipelineName') ?? '', ...Object.fromEntries(more) }
}

/** The page that a panel stands on. */
function backOf({ pipelineName, pipelineExecutionId, actionExecutionId }: PanelSubject): string {
  if (actionExecutionId !== undefined) return to.action(pipelineName, actionExecutionId)
  return pipelineExecutionId === undefined ? to.pipeline(pipelineName) : to.execution(pipelineName, pipelineExecutionId)
}

function valuesOf(ctx: Ctx): Readonly<Record<string, string>> {
  const fields = [...ctx.state.form].filter(([name, value]) => name.startsWith('value.') && value !== '')
  return Object.fromEntries(fields.map(([name, value]) => [name.slice('value.'.length), value]))
}

function queryOf(ctx: Ctx): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(ctx.querystring))
}
