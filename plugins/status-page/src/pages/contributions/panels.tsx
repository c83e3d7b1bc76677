import { type Block, type ContributionInfo, isFault, type PanelSubject } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, operationsOf, type Site } from '../../site.js'
import { Contributed } from './content.js'

/** Milliseconds that a page waits for its panels: a slow one has a page of its own. */
const patience = 700

/** A panel as it is to be drawn: its content, why there is none, or that it takes its time. */
interface Panel {
  readonly info: ContributionInfo
  readonly shown: readonly Block[] | 'late' | { readonly problem: string }
}

/** What the panels of a place say, all at once; those with nothing to say are left out. */
export async function panelsOf(
  ctx: Ctx,
  site: Site,
  place: 'pipeline' | 'execution' | 'action',
  subject: PanelSubject,
  actionType?: string,
): Promise<preact.JSX.Element | null> {
  const operations = operationsOf(ctx, site)
  if (!operations.may('listContributions', {})) return null
  const { contributions } = await operations.listContributions({})
  const here = contributions.filter(
    (one) =>
      one.kind === 'panel' &&
      one.place === place &&
      (one.actionTypes === undefined || (actionType !== undefined && one.actionTypes.includes(actionType))),
  )
  if (here.length === 0) return null
  const panels = await Promise.all(here.map((info) => panelOf(ctx, site, info, subject)))
  return (
    <>
      {panels.map(
        (panel) =>
          panel && <PanelSection key={panel.info.id} panel={panel} subject={subject} {...rights(ctx, site, subject)} />,
      )}
    </>
  )
}

function rights(ctx: Ctx, site: Site, { pipelineName: name }: PanelSubject) {
  return { csrf: csrfToken(ctx), may: operationsOf(ctx, site).may('startPipelineExecution', { name }) }
}

/** One panel, however long it takes; `undefined` when it has nothing to say. */
export async function panelOf(
  ctx: Ctx,
  site: Site,
  info: ContributionInfo,
  subject: PanelSubject,
  wait = patience,
): Promise<Panel | undefined> {
  const { plugin, id } = info
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), wait).unref())
  try {
    const answer = await Promise.race([operationsOf(ctx, site).getPanel({ plugin, id, subject }), late])
    if (answer === 'late') return { info, shown: 'late' }
    return answer.content && { info, shown: answer.content }
  } catch (error) {
    if (!isFault(error)) throw error
    return { info, shown: { problem: error.message } }
  }
}

interface SectionProps {
  readonly panel: Panel
  readonly subject: PanelSubject
  readonly csrf: string
  readonly may: boolean
}

/** A panel with its title, under the name of its plugin. */
export function PanelSection({ panel: { info, shown }, subject, csrf, may }: SectionProps) {
  const { plugin, id, title, forms } = info
  const heading = `panel-${plugin}-${id}`
  return (
    <section class="panel contributed-panel" aria-labelledby={heading}>
      <h2 id={heading}>
        {title} <span class="quiet">{plugin}</span>
      </h2>
      {shown === 'late' ? (
        <p>
          <a href={panelAddress(info, subject)}>Show it</a> <span class="quiet">It takes a while.</span>
        </p>
      ) : 'problem' in shown ? (
        <p class="state-line bad">{shown.problem}</p>
      ) : (
        <Contributed
          content={shown}
          forms={forms}
          csrf={csrf}
          may={may}
          action={(form) => panelAddress(info, subject, form)}
        />
      )}
    </section>
  )
}

/** A panel's own page, or where one of its forms is sent. */
export function panelAddress({ plugin, id }: ContributionInfo, subject: PanelSubject, form?: string): string {
  const about = new URLSearchParams(Object.entries(subject) as [string, string][])
  return `/plugins/${plugin}/panels/${id}${form === undefined ? '' : `/${form}`}?${about}`
}
