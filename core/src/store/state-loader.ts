import { sql } from 'kysely'
import type { ActionExecution } from '../domain/action.js'
import type { RuleExecution } from '../domain/condition.js'
import { isLive, type PipelineExecution } from '../domain/execution.js'
import type { Pipeline, PipelineDeclaration } from '../domain/pipeline.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'
import type { LoadedState, Wanted } from '../engine/ports.js'
import { stageKey } from '../engine/state.js'
import type { Database, Tx } from './database.js'
import type { DefinitionCache } from './definition-cache.js'
import { databaseNow } from './job-store.js'
import { branchKey, parse } from './rows.js'

/** Loads what one decision looks at; the pipeline's row stays locked until the transaction ends. */
export class StateLoader {
  constructor(
    private readonly database: Pick<Database, 'dialect' | 'hasClock' | 'moment'>,
    private readonly definitions: DefinitionCache,
  ) {}

  /** `undefined` when there is no such pipeline. */
  async load(tx: Tx, name: string, wanted: Wanted, server: number): Promise<LoadedState | undefined> {
    const locked = await this.lock(tx, name)
    if (!locked) return undefined
    const { pipeline, sequence } = locked
    const { stages, now } = await this.stages(tx, name, server)
    const alone = wanted.alone === true && pipeline.declaration.executionMode === 'PARALLEL'
    const executions = await this.executions(tx, pipeline, stages, wanted, alone)
    const stageExecutions = await this.stageExecutions(tx, executions, wanted)
    const [actions, rules] = [
      await this.actions(tx, stageExecutions, wanted, stages),
      await this.rules(tx, stageExecutions),
    ]
    return {
      now,
      pipeline,
      sequence,
      stages,
      executions: byId(executions),
      stageExecutions: new Map(stageExecutions.map((one) => [stageKey(one.executionId, one.stageName), one])),
      actions: byId(actions),
      rules: byId(rules),
      definitions: await this.versions(tx, pipeline, executions),
    }
  }

  async lock(tx: Tx, name: string): Promise<{ pipeline: Pipeline; sequence: number } | undefined> {
    let query = tx.selectFrom('pipelines').selectAll().where('name', '=', name)
    if (this.database.dialect === 'postgres') query = query.forUpdate()
    const row = await query.executeTakeFirst()
    if (!row) return undefined
    const about = parse<Omit<Pipeline, 'declaration'>>(row)
    const declaration = await this.definitions.get(tx, about.name, row.version, about.created)
    return { pipeline: { ...about, declaration }, sequence: row.sequence }
  }

  /** And the moment, which the statement that waits for the lock would tell too early. */
  private async stages(
    tx: Tx,
    name: string,
    server: number,
  ): Promise<{ readonly stages: Map<string, StageRecord>; readonly now: number }> {
    const rows = await tx
      .selectFrom('stages')
      .select(['stage_name', 'doc', this.database.moment(server).as('now')])
      .where('pipeline_name', '=', name)
      .execute()
    // A pipeline that nothing has happened to yet has no stages that could tell.
    const now = rows[0]?.now ?? (await databaseNow(this.database, tx, server))
    return { stages: new Map(rows.map((row) => [row.stage_name, parse<StageRecord>(row)])), now }
  }

  private async executions(
    tx: Tx,
    pipeline: Pipeline,
    stages: ReadonlyMap<string, StageRecord>,
    wanted: Wanted,
    alone: boolean,
  ): Promise<PipelineExecution[]> {
    const ofBranches = await newestOf(tx, pipeline.name, wanted.newestOf ?? [])
    const named = [...(wanted.executionIds ?? []), ...ofBranches, ...rollbackTargets(pipeline, stages)]
    const all = tx.selectFrom('executions').select('doc').where('pipeline_name', '=', pipeline.name)
    const { clientRequestToken } = wanted
    // One query for each index: an OR over them would read the pipeline's whole history.
    const rows = [
      ...(alone ? [] : await all.where('live', '=', sql.lit(1)).execute()),
      ...(named.length > 0 ? await all.where('id', 'in', named).execute() : []),
      ...(wanted.newest ? await all.orderBy('number', 'desc').limit(1).execute() : []),
      ...(clientRequestToken ? await all.where('client_request_token', '=', clientRequestToken).execute() : []),
    ]
    return [...new Map(rows.map((row) => parse<PipelineExecution>(row)).map((one) => [one.id, one])).values()]
  }

  private async stageExecutions(
    tx: Tx,
    executions: readonly PipelineExecution[],
    wanted: Wanted,
  ): Promise<StageExecution[]> {
    const places = executions.flatMap(({ id, status, position }) => [
      ...(isLive(status) && position && !position.waiting ? [[id, position.stage] as const] : []),
      ...(wanted.stageName && wanted.executionIds?.includes(id) ? [[id, wanted.stageName] as const] : []),
    ])
    if (places.length === 0) return []
    const rows = await tx
      .selectFrom('stage_executions')
      .select('doc')
      .where((where) =>
        where.or(
          places.map(([id, stage]) => where.and([where('execution_id', '=', id), where('stage_name', '=', stage)])),
        ),
      )
      .execute()
    return rows.map((row) => parse<StageExecution>(row))
  }

  private async actions(
    tx: Tx,
    stageExecutions: readonly StageExecution[],
    wanted: Wanted,
    stages: ReadonlyMap<string, StageRecord>,
  ): Promise<ActionExecution[]> {
    const latest = wanted.latestActions ? stages.get(wanted.stageName ?? '')?.latestActions : undefined
    const ids = [...stageExecutions.flatMap((stage) => Object.values(stage.actions)), ...Object.values(latest ?? {})]
    if (ids.length === 0) return []
    const rows = await tx.selectFrom('action_executions').select('doc').where('id', 'in', ids).execute()
    return rows.map((row) => parse<ActionExecution>(row))
  }

  private async rules(tx: Tx, stageExecutions: readonly StageExecution[]): Promise<RuleExecution[]> {
    const ids = stageExecutions
      .flatMap(({ beforeEntry, onSuccess, onFailure }) => [beforeEntry, onSuccess, onFailure])
      .flatMap((condition) => Object.values(condition?.rules ?? {}))
    if (ids.length === 0) return []
    const rows = await tx.selectFrom('rule_executions').select('doc').where('id', 'in', ids).execute()
    return rows.map((row) => parse<RuleExecution>(row))
  }

  private async versions(
    tx: Tx,
    pipeline: Pipeline,
    executions: readonly PipelineExecution[],
  ): Promise<Map<number, PipelineDeclaration>> {
    const versions = new Map([[pipeline.version, pipeline.declaration]])
    for (const { pipelineVersion } of executions) {
      if (versions.has(pipelineVersion)) continue
      versions.set(pipelineVersion, await this.definitions.get(tx, pipeline.name, pipelineVersion, pipeline.created))
    }
    return versions
  }
}

/** Where a failing stage may return to by itself (S16): to be loaded before it is needed, for `decide` reads nothing. */
function rollbackTargets(pipeline: Pipeline, stages: ReadonlyMap<string, StageRecord>): string[] {
  return pipeline.declaration.stages.flatMap((stage) => {
    const results = [
      stage.onFailure?.result,
      ...[stage.onFailure, stage.onSuccess].flatMap(
        (one) => one?.conditions?.map((condition) => condition.result) ?? [],
      ),
    ]
    const last = results.includes('ROLLBACK') ? stages.get(stage.name)?.lastSucceeded : undefined
    return last ? [last.executionId] : []
  })
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]))
}

/** Ids of the executions that last took a branch's commit; none, for a branch that is new. */
async function newestOf(tx: Tx, pipelineName: string, branches: NonNullable<Wanted['newestOf']>): Promise<string[]> {
  const found: string[] = []
  for (const { actionName, branch } of branches) {
    const row = await tx
      .selectFrom('revisions')
      .select('execution_id')
      .where('pipeline_name', '=', pipelineName)
      .where('action_name', '=', actionName)
      .where('revision_id', '=', branchKey(branch))
      .executeTakeFirst()
    if (row) found.push(row.execution_id)
  }
  return found
}
