import type { AuditEntry } from '@penstock/core'
import { type Ctx, operationsOf, type PageRouter, query, type Site } from '../../site.js'
import { Icon } from '../../view/icons.js'
import { show } from '../../view/show.js'
import { Ago, Moment } from '../../view/time.js'

const pageSize = 50

/** What every ARN of a pipeline begins with, and a reader knows. */
const ownArn = /arn:aws:codepipeline:[^:\s]+:\d{12}:/g

/** Who did what, newest first. */
export function auditRoutes(router: PageRouter, site: Site): void {
  router.get('/audit', async (ctx: Ctx) => {
    const before = query(ctx, 'before')
    const page = await operationsOf(ctx, site).listAuditEntries({ maxResults: pageSize, nextToken: before })
    show(ctx, site, { title: 'Audit log', section: 'audit' }, <AuditPage {...page} first={before === undefined} />)
  })
}

interface PageProps {
  readonly entries: readonly AuditEntry[]
  readonly nextToken?: string
  readonly first: boolean
}

function AuditPage({ entries, nextToken, first }: PageProps) {
  return (
    <>
      <header class="page-head">
        <h1>Audit log</h1>
        <p class="lead">Everything that changed something, or tried to, and who it was.</p>
      </header>
      <section class="panel" aria-label="Entries">
        {entries.length === 0 ? (
          <p class="quiet pad">{first ? 'Nothing has been done yet.' : 'There is nothing older.'}</p>
        ) : (
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">To what</th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry, index) => (
                <Entry key={index} entry={entry} />
              ))}
            </tbody>
          </table>
        )}
      </section>
      {nextToken !== undefined && (
        <p class="pager">
          <a class="button" href={`/audit?before=${nextToken}`}>
            Older entries
          </a>
        </p>
      )}
    </>
  )
}

function Entry({ entry }: { readonly entry: AuditEntry }) {
  const good = entry.result === 'ok'
  return (
    <tr>
      <td data-label="When">
        <Ago at={entry.at} />
        <span class="quiet block">
          <Moment at={entry.at} />
        </span>
      </td>
      <td data-label="Who" title={entry.principal}>
        {entry.principal.split(/[:/]/).at(-1)}
      </td>
      <td data-label="What">
        {entry.operation}
        {entry.detail && <span class="quiet block">{entry.detail}</span>}
      </td>
      <td data-label="To what">
        <code class="value" title={entry.target}>
          {entry.target.replaceAll(ownArn, '')}
        </code>
      </td>
      <td data-label="Result">
        <span class={`status tone-${good ? 'succeeded' : 'failed'}`}>
          <Icon name={good ? 'succeeded' : 'failed'} />
          <span>{entry.result}</span>
        </span>
      </td>
    </tr>
  )
}
