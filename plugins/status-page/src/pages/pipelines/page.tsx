import type { LiveSection } from '../../live/live-page.js'
import { Live, section } from '../../live/section.js'
import { Icon } from '../../view/icons.js'
import { Empty } from './empty.js'
import { type Filter, type Looked, type PipelineList, type Sort, sorts } from './model.js'
import { PipelineRow } from './row.js'

interface PageProps {
  readonly list: PipelineList
  readonly csrf: string
  readonly mayCreate: boolean
  readonly now: number
}

/** All pipelines, a line each: what needs somebody first, with ways to ask for less. */
export function PipelinesPage({ list, csrf, mayCreate, now }: PageProps) {
  const none = list.counts.all === 0
  return (
    <>
      <header class="page-head row-head">
        <h1>Pipelines</h1>
        {mayCreate && (
          <a class={`button${none ? '' : ' primary'}`} href="/create">
            <Icon name="plus" />
            New pipeline
          </a>
        )}
      </header>
      {none ? (
        <Live from={`/events${addressOf(list.looked)}`}>
          <Empty mayCreate={mayCreate} />
        </Live>
      ) : (
        <Live from={`/events${addressOf(list.looked)}`}>
          <div class="list-tools">
            <Tabs list={list} />
            <Find looked={list.looked} />
          </div>
          {list.rows.length === 0 && <Nothing looked={list.looked} />}
          <ul class="rows">
            {list.rows.map((row, index) => (
              <PipelineRow key={row.name} id={rowId(index)} row={row} csrf={csrf} now={now} />
            ))}
          </ul>
        </Live>
      )}
      <Pages list={list} />
    </>
  )
}

/** The same in pieces. */
export function pipelineListSections({ list, csrf }: Pick<PageProps, 'list' | 'csrf'>, now: number): LiveSection[] {
  if (list.counts.all === 0) return []
  return [
    section('list-tabs', now, <Tabs list={list} />),
    ...list.rows.map((row, index) =>
      section(rowId(index), now, <PipelineRow id={rowId(index)} row={row} csrf={csrf} now={now} />),
    ),
  ]
}

function rowId(index: number): string {
  return `row-${index + 1}`
}

/** A part of the list as the address has it: what is usual is left out. */
export function addressOf({ show, find, sort, page }: Looked): string {
  const query = new URLSearchParams({
    ...(show !== 'all' && { show }),
    ...(find && { q: find }),
    ...(sort !== 'need' && { sort }),
    ...(page > 1 && { page: String(page) }),
  })
  return query.size > 0 ? `?${query}` : ''
}

const tabs = [
  ['all', 'All', ''],
  ['broken', 'Broken', 'failed'],
  ['running', 'Running', 'running'],
  ['waiting', 'Waiting for me', 'person'],
] as const satisfies readonly (readonly [Filter, string, string])[]

function Tabs({ list: { looked, counts } }: { readonly list: PipelineList }) {
  return (
    <nav id="list-tabs" class="tabs" aria-label="Pipelines by state">
      {tabs.map(([show, label, tone]) => (
        <a
          key={show}
          href={`/${addressOf({ ...looked, show, page: 1 })}`}
          aria-current={looked.show === show ? 'page' : undefined}
        >
          {label} <span class={`count${counts[show] > 0 && tone ? ` tone-${tone}` : ''}`}>{counts[show]}</span>
        </a>
      ))}
    </nav>
  )
}

function Find({ looked }: { readonly looked: Looked }) {
  return (
    <search>
      <form class="search" action="/" aria-label="Find pipelines" data-search>
        {looked.show !== 'all' && <input type="hidden" name="show" value={looked.show} />}
        <label class="sr" for="find">
          Name, tag, commit, author or state
        </label>
        <input
          id="find"
          type="search"
          name="q"
          value={looked.find}
          placeholder="Name, commit, state:failed, tag:team=web, author:ada"
          autoComplete="off"
        />
        <label class="sr" for="sort">
          Sort by
        </label>
        <select id="sort" name="sort">
          {(Object.entries(sorts) as [Sort, string][]).map(([sort, label]) => (
            <option key={sort} value={sort} selected={sort === looked.sort}>
              {label}
            </option>
          ))}
        </select>
        <button type="submit" class="button">
          <Icon name="search" />
          Find
        </button>
      </form>
    </search>
  )
}

const reliefs: Readonly<Record<Filter, string>> = {
  all: 'No pipeline fits.',
  broken: 'Nothing is broken.',
  running: 'Nothing runs.',
  waiting: 'Nothing waits for you.',
}

function Nothing({ looked }: { readonly looked: Looked }) {
  return <p class="empty">{looked.find ? `Nothing fits “${looked.find}”.` : reliefs[looked.show]}</p>
}

function Pages({ list: { looked, pages, found } }: { readonly list: PipelineList }) {
  if (pages === 1) return null
  const step = (page: number, label: string) => (
    <a class="button" href={`/${addressOf({ ...looked, page })}`}>
      {label}
    </a>
  )
  return (
    <nav class="pager" aria-label="Pages of the list">
      {looked.page > 1 && step(looked.page - 1, 'Back')}
      <span class="quiet">
        Page {Math.min(looked.page, pages)} of {pages}, {found} pipelines
      </span>
      {looked.page < pages && step(looked.page + 1, 'More pipelines')}
    </nav>
  )
}
