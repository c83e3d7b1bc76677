import type { PastExecution, PipelineOverview, PipelineStanding, PrincipalOperations } from '@penstock/core'
import type { Site } from '../../site.js'
import { boardOf } from '../../state/board.js'
import { need, pipelineState, type State } from '../../view/state.js'
import { answerable } from '../pipeline/may-answer.js'
import { matches, parseSearch } from './search.js'

/** Which pipelines are shown. */
export const filters = ['all', 'broken', 'running', 'waiting'] as const
export type Filter = (typeof filters)[number]

export const sorts = { need: 'What needs someone', name: 'Name', newest: 'Newest', slowest: 'Slowest' } as const
export type Sort = keyof typeof sorts

/** Which part of the list is looked at. */
export interface Looked {
  readonly show: Filter
  readonly find: string
  readonly sort: Sort
  /** From 1. */
  readonly page: number
}

/** A pipeline among all, before it is known whether it is on this page. */
export interface Entry {
  readonly name: string
  readonly standing: PipelineStanding
  readonly state: State
}

/** One row of the list. */
export interface Row extends Entry {
  readonly overview: PipelineOverview | undefined
  /** Newest first. */
  readonly recent: readonly PastExecution[]
  readonly mayStart: boolean
}

export interface PipelineList {
  readonly looked: Looked
  readonly rows: readonly Row[]
  readonly counts: Readonly<Record<Filter, number>>
  /** How many fit the filter and the search. */
  readonly found: number
  readonly pages: number
}

/** Pipelines on one page of the list. */
const pageSize = 50
/** Executions in a row's picture of its past. */
const remembered = 10

/** The pipelines whose state the reader may see: counted, filtered, sorted, and those of one page with all they show. */
export async function loadPipelines(
  site: Site,
  operations: PrincipalOperations,
  looked: Looked,
): Promise<PipelineList> {
  const entries = await visible(site, operations)
  const counts = countAll(operations, entries)
  const search = parseSearch(looked.find)
  const found = entries
    .filter((entry) => fits(operations, looked.show, entry) && matches(search, entry.standing, entry.state))
    .sort(orders[looked.sort])
  const pages = Math.max(1, Math.ceil(found.length / pageSize))
  const from = (Math.min(looked.page, pages) - 1) * pageSize
  const rows = await loadRows(site, operations, found.slice(from, from + pageSize))
  return { looked, rows, counts, found: found.length, pages }
}

/** All that the reader may see, by name. */
export async function visible(site: Site, operations: PrincipalOperations): Promise<Entry[]> {
  const now = site.server.clock.now()
  const all = await boardOf(site).all()
  return [...all.values()]
    .filter(({ name }) => operations.may('getPipelineState', { name }))
    .map((standing) => ({ name: standing.name, standing, state: pipelineState(standing, now) }))
}

/** The rows of these entries, read together. */
export async function loadRows(site: Site, operations: PrincipalOperations, entries: readonly Entry[]): Promise<Row[]> {
  if (entries.length === 0) return []
  const names = entries.map(({ name }) => name)
  const { overview } = site.server
  const [overviews, recent] = await Promise.all([overview.pipelines(names), overview.recent(names, remembered)])
  return entries.map((entry) => ({
    ...entry,
    overview: overviews.find(({ name }) => name === entry.name),
    recent: operations.may('listPipelineExecutions', { pipelineName: entry.name })
      ? recent.filter(({ pipelineName }) => pipelineName === entry.name)
      : [],
    mayStart: operations.may('startPipelineExecution', { name: entry.name }),
  }))
}

function countAll(operations: PrincipalOperations, entries: readonly Entry[]): PipelineList['counts'] {
  const count = (filter: Filter) => entries.filter((entry) => fits(operations, filter, entry)).length
  return { all: entries.length, broken: count('broken'), running: count('running'), waiting: count('waiting') }
}

function fits(operations: PrincipalOperations, filter: Filter, { standing, state }: Entry): boolean {
  switch (filter) {
    case 'broken':
      return isBroken(standing, state)
    case 'running':
      return standing.live.length > 0
    case 'waiting':
      return asksOf(operations, standing) > 0
    default:
      return true
  }
}

/** Its newest execution failed, or nobody can take what it has to do. */
function isBroken({ latest }: PipelineStanding, state: State): boolean {
  return latest?.status === 'Failed' || state.words.includes('No worker takes')
}

/** How many of its approvals are the reader's to answer. */
export function asksOf(operations: PrincipalOperations, { name, live }: PipelineStanding): number {
  return live
    .flatMap(({ actions }) => actions)
    .filter((action) => action.approval !== undefined && answerable(operations, name, action) === 'yes').length
}

const byName = (a: Entry, b: Entry) => a.name.localeCompare(b.name, 'en', { numeric: true })
const newest = ({ standing }: Entry) => standing.latest?.started ?? 0
const lasted = ({ standing: { latest } }: Entry) => (latest ? latest.updated - latest.started : 0)

const orders: Readonly<Record<Sort, (a: Entry, b: Entry) => number>> = {
  need: (a, b) => need(a.state) - need(b.state) || newest(b) - newest(a) || byName(a, b),
  name: byName,
  newest: (a, b) => newest(b) - newest(a) || byName(a, b),
  slowest: (a, b) => lasted(b) - lasted(a) || byName(a, b),
}
