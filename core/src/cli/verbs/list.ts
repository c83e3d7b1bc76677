import { compileGlob, globProblem } from '../../domain/glob.js'
import type { PipelineExecutionSummary, PipelineSummary } from '../../engine/views.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { pages } from '../api/pages.js'
import { Refused } from '../api/refusal.js'
import { print, table, UsageError } from '../output.js'
import { clean } from '../terminal/clean.js'
import { status } from '../terminal/status.js'
import { ago, span } from '../terminal/time.js'
import type { VerbOptions } from './options.js'

type Row = Partial<PipelineSummary> & { readonly name: string; readonly latestExecution?: PipelineExecutionSummary }

/** So many of an older server's pipelines are asked about at a time. */
const atATime = 16

/** `penstock list [PATTERN]`: every pipeline with its latest execution; with `--names` the names alone. */
export async function list(
  pattern: string | undefined,
  options: VerbOptions & { readonly names?: boolean },
): Promise<void> {
  const matches = globOf(pattern)
  const rows = await withClient(options, async (client) => {
    const wanted = <T extends { readonly name: string }>(all: readonly T[]) => all.filter(({ name }) => matches(name))
    if (options.names) return wanted(await allPipelines(client))
    if (options.output !== 'json') return wanted(await atAGlance(client))
    return withLatest(client, wanted(await allPipelines(client)))
  })
  if (options.names) print('text', undefined, () => rows.map(({ name }) => name))
  else print(options.output, rows, () => (rows.length === 0 ? [nothing(pattern)] : table(lines(rows))))
}

/** Errors: UsageError. */
function globOf(pattern = '**'): (name: string) => boolean {
  const problem = globProblem(pattern)
  if (problem !== undefined) throw new UsageError(`the pattern is '${pattern}', which cannot be: ${problem}`)
  return compileGlob(pattern)
}

function nothing(pattern: string | undefined): string {
  return pattern === undefined
    ? 'There is no pipeline yet: penstock put FILE makes one.'
    : `No pipeline's name is like ${pattern}.`
}

function allPipelines(client: Client): Promise<PipelineSummary[]> {
  return pages(async ({ nextToken }) => {
    const { pipelines: items, ...rest } = await client.listPipelines({ maxResults: 1000, nextToken })
    return { items, ...rest }
  })
}

/** All of them with one request for a thousand. */
async function atAGlance(client: Client): Promise<Row[]> {
  try {
    const all = await pages(async ({ nextToken }) => {
      const { pipelines: items, ...rest } = await client.listPipelineOverviews({ maxResults: 1000, nextToken })
      return { items, ...rest }
    })
    return all.map(({ name, latest }) => ({ name, ...(latest && { latestExecution: latest }) }))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return oneByOne(client, await allPipelines(client)) // a server that is older, or whose policies are
  }
}

async function withLatest(client: Client, pipelines: readonly PipelineSummary[]): Promise<Row[]> {
  const latest = new Map((await atAGlance(client)).map(({ name, latestExecution }) => [name, latestExecution]))
  return pipelines.map((pipeline) => {
    const latestExecution = latest.get(pipeline.name)
    return latestExecution ? { ...pipeline, latestExecution } : pipeline
  })
}

async function oneByOne(client: Client, pipelines: readonly PipelineSummary[]): Promise<Row[]> {
  const rows: Row[] = [...pipelines]
  let next = 0
  const work = async () => {
    for (let at = next++; at < pipelines.length; at = next++) {
      const pipeline = pipelines[at]
      if (!pipeline) return
      const latestExecution = await latestOf(client, pipeline.name)
      if (latestExecution) rows[at] = { ...pipeline, latestExecution }
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  return rows
}

/** A policy may allow the list and not this, and a pipeline may be gone by now: the row then has less. */
async function latestOf(client: Client, pipelineName: string): Promise<PipelineExecutionSummary | undefined> {
  const answer = await client.listPipelineExecutions({ pipelineName, maxResults: 1 }).catch(() => undefined)
  return answer?.pipelineExecutionSummaries[0]
}

function lines(rows: readonly Row[]): string[][] {
  const now = Date.now()
  return [
    ['PIPELINE', 'STATUS', 'STARTED', 'TOOK', 'REVISION'],
    ...rows.map(({ name, latestExecution: latest }) => [
      name,
      status(latest?.status),
      ago(latest?.startTime, now),
      latest && latest.status !== 'InProgress'
        ? span(latest.lastUpdateTime.getTime() - latest.startTime.getTime())
        : '',
      latest ? revisionOf(latest) : '',
    ]),
  ]
}

/** The first source's commit, with what its author said of it. */
export function revisionOf({ sourceRevisions: [revision] }: Pick<PipelineExecutionSummary, 'sourceRevisions'>): string {
  if (!revision) return ''
  const id = revision.revisionId ?? ''
  const short = /^[0-9a-f]{40,64}$/.test(id) ? id.slice(0, 8) : id
  return clean(`${short} ${revision.revisionSummary ?? ''}`)
}
