import type { PipelineExecution } from '../domain/execution.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import type { StageRecord } from '../domain/stage.js'
import { executionSummary } from '../engine/history.js'
import type { OverviewService, PipelineOverview, StageOverview } from '../host/overview-service.js'
import { ScheduleBook } from '../scheduler/schedules.js'
import type { Database } from '../store/database.js'
import { DefinitionCache } from '../store/definition-cache.js'
import { createOverviewReads, type OverviewReads } from '../store/overview-reads.js'
import { inject, injectable, tokens } from './services.js'

/** Databases bind a bounded number of values to a query. */
const most = 1_000

@injectable()
export class PipelineOverviews implements OverviewService {
  readonly #reads: OverviewReads

  constructor(
    @inject(tokens.database) database: Database,
    @inject(ScheduleBook) private readonly book: ScheduleBook,
  ) {
    this.#reads = createOverviewReads(database, new DefinitionCache())
  }

  names: OverviewService['names'] = ({ holds, after, limit }) => this.#reads.names(holds, after, limit)

  async pipelines(names: readonly string[]): Promise<PipelineOverview[]> {
    const found: PipelineOverview[] = []
    for (let at = 0; at < names.length; at += most)
      found.push(...(await load(this.#reads, names.slice(at, at + most), this.book)))
    return found
  }
}

async function load(reads: OverviewReads, names: readonly string[], book: ScheduleBook): Promise<PipelineOverview[]> {
  const [declarations, records, latest, running, sources] = await Promise.all([
    reads.declarations(names),
    reads.stageRecords(names),
    reads.latestExecutions(names),
    reads.actionsInProgress(names),
    reads.sourceStates(names),
  ])
  const newest = new Map(latest.map((one) => [one.pipelineName, one]))
  const recordOf = new Map(records.map((one) => [`${one.pipelineName}/${one.stageName}`, one]))
  const shown = new Set([...latest.map(({ id }) => id), ...records.flatMap((one) => one.latestExecutionId ?? [])])
  const statuses = await reads.stageStatuses([...shown])
  const statusOf = new Map(statuses.map((one) => [`${one.executionId}/${one.stageName}`, one.status]))
  const stageOf = ({ name, executionMode }: PipelineDeclaration, stageName: string): StageOverview => {
    const record = recordOf.get(`${name}/${stageName}`)
    const status = statusOf.get(`${entered(executionMode, newest.get(name), record)}/${stageName}`)
    return { name: stageName, ...(status && { status }), closed: record?.inbound.enabled === false }
  }
  const troubled = sources.filter(
    (one) => one.error !== undefined || book.get(one.schedule, one.pipelineName, one.actionName).problem !== undefined,
  )
  return declarations
    .sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
    .map((declaration) => {
      const { name, stages } = declaration
      const execution = newest.get(name)
      return {
        name,
        ...(execution && { latest: executionSummary(execution) }),
        stages: stages.map((stage) => stageOf(declaration, stage.name)),
        approvals: running.filter((action) => action.pipelineName === name && action.token !== undefined).length,
        sourceProblem: troubled.some(({ pipelineName }) => pipelineName === name),
      }
    })
}

/** X6: in PARALLEL mode executions do not meet, and a stage remembers none of them: the newest one is shown. */
function entered(
  mode: PipelineDeclaration['executionMode'],
  newest: PipelineExecution | undefined,
  record: StageRecord | undefined,
): string | undefined {
  return mode === 'PARALLEL' ? newest?.id : record?.latestExecutionId
}
