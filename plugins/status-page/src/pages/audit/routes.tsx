import type { AuditEntry, PrincipalOperations } from '@penstock/core'
import { type Ctx, operationsOf, type PageRouter, query, type Site } from '../../site.js'
import { Icon } from '../../view/icons.js'
import { show } from '../../view/show.js'
import { Ago, Moment } from '../../view/time.js'

const pageSize = 50
/** Entries that are looked through for those that fit, before the reader is asked to go on. */
const lookedThrough = 2_000
/** Entries read at once. */
const batch = 200

/** What every ARN of a pipeline begins with, and a reader knows. */
const ownArn = /arn:aws:codepipeline:[^:\s]+:\d{12}:/g

/** What is looked for; empty texts fit everything. */
interface Wanted {
  readonly who: string
  readonly what: string
  readonly target: string
  readonly result: '' | 'ok' | 'refused'
}

/** Who did what, newest first. */
export function auditRoutes(router: PageRouter, site: Site): void {
  router.get('/audit', async (ctx: Ctx) => {
    const before = query(ctx, 'before')
    const result = query(ctx, 'result')
    const wanted: Wanted = {
      who: query(ctx, 'who') ?? '',
      what: query(ctx, 'what') ?? '',
      target: query(ctx, 'target') ?? '',
      result: result === 'ok' || result === 'refused' ? result : '',
    }
    const page = await entriesOf(operationsOf(ctx, site), wanted, before)
    const shown = <AuditPage {...page} wanted={wanted} first={before === undefined} />
    show(ctx, site, { title: 'Audit log', section: 'audit' }, shown)
  })
}

/** A page of entries that fit, and where the next one begins. */
async function entriesOf(operations: PrincipalOperations, wanted: Wanted, before: string | undefined) {
  if (!isLooking(wanted)) return operations.listAuditEntries({ maxResults: pageSize, nextToken: before })
  const found: AuditEntry[] = []
  let nextToken = before
  for (let read = 0; read < lookedThrough && found.length < pageSize; read += batch) {
    const page = await operations.listAuditEntries({ maxResults: batch, nextToken })
    found.push(...page.entries.filter((entry) => fits(wanted, entry)))
    nextToken = page.nextToken
    if (nextToken === undefined) break
  }
  return { entries: found, nextToken }
}

function isLooking({ who, what, target, result }: Wanted): boolean {
  return [who, what, target, result].some((text) => text !== '')
}

function fits({ who, what, target, result }: Wanted, entry: AuditEntry): boolean {
  const holds = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())
  return (
    holds(entry.principal, who) &&
    holds(`${entry.operation} ${entry.detail ?? ''}`, what) &&
    holds(entry.target, target) &&
    (result === '' || (entry.result === 'ok') === (result === 'ok'))
  )
}

interface PageProps {
  readonly entries: readonly AuditEntry[]
  readonly nextToken?: string | undefined
  readonly wanted: Wanted
  readonly first: boolean
}

function Filters({ wanted: { who, what, target, result } }: Pick<PageProps, 'wanted'>) {
  return (
    <form method="get" action="/audit" class="filters">
      <label>
        Who <input type="search" name="who" value={who} maxLength={200} />
      </label>
      <label>
        What <input type="search" name="what" value={what} maxLength={200} />
      </label>
      <label>
        To what <input type="search" name="target" value={target} maxLength={200} />
      </label>
      <label>
        Result{' '}
        <select name="result">
          {[
            ['', 'all'],
            ['ok', 'done'],
            ['refused', 'refused or failed'],
          ].map(([value, label]) => (
            <option key={value} value={value} selected={value === result}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  )
}

function AuditPage({ entries, nextToken, first, wanted }: PageProps) {
  const looking = isLooking(wanted)
  const nothing = looking ? 'Nothing here fits.' : first ? 'Nothing has been done yet.' : 'There is nothing older.'
  return (
    <>
      <header class="page-head">
        <h1>Audit log</h1>
        <p class="lead">Everything that changed something, or tried to, and who it was.</p>
      </header>
      <Filters wanted={wanted} />
      <section class="panel" aria-label="Entries">
        {entries.length === 0 ? (
          <p class="quiet pad">{nothing}</p>
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
          <a class="button" href={`/audit?${new URLSearchParams({ ...wanted, before: nextToken })}`}>
            {looking ? 'Look further back' : 'Older entries'}
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
