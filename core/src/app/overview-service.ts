import type { Clock } from '../domain/clock.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import type { StageRecord } from '../domain/stage.js'
import { executionSummary } from '../engine/history.js'
import type { OverviewService, PipelineOverview, StageOverview } from '../host/overview-service.js'
import { ScheduleBook } from '../scheduler/schedules.js'
import type { Database } from '../store/database.js'
import { DefinitionCache } from '../store/definition-cache.js'
import { createOverviewReads, type OverviewReads } from '../store/overview-reads.js'
import { createStandingReads, type StandingReads } from '../store/standing-reads.js'
import { QueueOverviews } from './queue-service.js'
import { inject, injectable, tokens } from './services.js'
import { actionRun, loadStanding, pastExecution } from './standing.js'

/** Databases bind a bounded number of values to a query. */
const most = 1_000

@injectable()
export class PipelineOverviews implements OverviewService {
  readonly #reads: OverviewReads
  readonly #standing: StandingReads

  constructor(
    @inject(tokens.database) database: Database,
    @inject(ScheduleBook) private readonly book: ScheduleBook,
    @inject(QueueOverviews) private readonly queue: QueueOverviews,
    @inject(tokens.clock) private readonly clock: Clock,
  ) {
    this.#reads = createOverviewReads(database, new DefinitionCache())
    this.#standing = createStandingReads(database)
  }

  standing: OverviewService['standing'] = (names) =>
    loadStanding(this.#standing, names, this.queue.takers(), this.clock.now())

  recent: OverviewService['recent'] = async (names, each) =>
    (await this.#standing.recent(names, each)).map(pastExecution)

  activity: OverviewService['activity'] = async ({ before, limit }) => {
    const from = before && { started: before.started, id: before.pipelineExecutionId }
    return (await this.#standing.activity(from, limit)).map(pastExecution)
  }

  deployed: OverviewService['deployed'] = async (pipelineName) => {
    const [declaration] = await this.#reads.declarations([pipelineName])
    const names = (declaration?.stages ?? []).filter(deploys).map(({ name }) => name)
    const found = await this.#standing.succeeded(pipelineName, names)
    return found
      .sort((a, b) => names.indexOf(a.stage.stageName) - names.indexOf(b.stage.stageName))
      .map(({ stage, execution }) => ({
        stageName: stage.stageName,
        at: stage.updated,
        execution: pastExecution(execution),
      }))
  }

  runs: OverviewService['runs'] = async (id) => (await this.#standing.runs(id)).map(actionRun)

  names: OverviewService['names'] = ({ holds, after, limit }) => this.#reads.names(holds, after, limit)

  async pipelines(names: readonly string[]): Promise<PipelineOverview[]> {
    const found: PipelineOverview[] = []
    for (let at = 0; at < names.length; at += most)
      found.push(...(await load(this.#reads, names.slice(at, at + most), this.book)))
    return found
  }
}

function deploys({ actions }: PipelineDeclaration['stages'][number]): boolean {
  return actions.some(({ actionTypeId }) => actionTypeId.category === 'Deploy')
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
