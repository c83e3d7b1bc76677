import { sql } from 'kysely'
import type { ActionExecution } from '../domain/action.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { Pipeline, PipelineDeclaration } from '../domain/pipeline.js'
import type { SourceState } from '../domain/source-state.js'
import type { StageRecord, StageStatus } from '../domain/stage.js'
import type { Database } from './database.js'
import type { DefinitionCache } from './definition-cache.js'
import { parse } from './rows.js'

/** What is read for many pipelines at once: every answer is one query, whatever their number. */
export interface OverviewReads {
  names(holds: string | undefined, after: string | undefined, limit: number): Promise<string[]>
  declarations(names: readonly string[]): Promise<PipelineDeclaration[]>
  stageRecords(names: readonly string[]): Promise<StageRecord[]>
  latestExecutions(names: readonly string[]): Promise<PipelineExecution[]>
  stageStatuses(
    executionIds: readonly string[],
  ): Promise<{ executionId: string; stageName: string; status: StageStatus }[]>
  sourceStates(
    names: readonly string[],
  ): Promise<Pick<SourceState, 'pipelineName' | 'actionName' | 'schedule' | 'error'>[]>
  /** Actions in progress of executions that live. */
  actionsInProgress(names: readonly string[]): Promise<ActionExecution[]>
}

export function createOverviewReads({ db }: Database, definitions: DefinitionCache): OverviewReads {
  return {
    async names(holds, after, limit) {
      let query = db.selectFrom('pipelines').select('name').orderBy('name').limit(limit)
      if (after !== undefined) query = query.where('name', '>', after)
      if (holds !== undefined) {
        const pattern = `%${holds.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
        query = query.where(sql<boolean>`lower(name) like ${pattern} escape '\\'`)
      }
      return (await query.execute()).map(({ name }) => name)
    },
    async declarations(names) {
      const rows = await db.selectFrom('pipelines').selectAll().where('name', 'in', names).execute()
      return Promise.all(
        rows.map((row) => definitions.get(db, row.name, row.version, parse<Pick<Pipeline, 'created'>>(row).created)),
      )
    },
    async stageRecords(names) {
      const rows = await db.selectFrom('stages').select('doc').where('pipeline_name', 'in', names).execute()
      return rows.map((row) => parse<StageRecord>(row))
    },
    async latestExecutions(names) {
      const rows = await db
        .selectFrom('pipelines')
        .innerJoin('executions', 'executions.pipeline_name', 'pipelines.name')
        .select('executions.doc')
        .where('pipelines.name', 'in', names)
        .where('executions.number', '=', ({ selectFrom }) =>
          selectFrom('executions as newest')
            .select(({ fn }) => fn.max('newest.number').as('number'))
            .whereRef('newest.pipeline_name', '=', 'pipelines.name'),
        )
        .execute()
      return rows.map((row) => parse<PipelineExecution>(row))
    },
    async stageStatuses(ids) {
      if (ids.length === 0) return []
      const rows = await db
        .selectFrom('stage_executions')
        .select(['execution_id as executionId', 'stage_name as stageName', 'status'])
        .where('execution_id', 'in', ids)
        .execute()
      return rows as { executionId: string; stageName: string; status: StageStatus }[]
    },
    async sourceStates(names) {
      const rows = await db.selectFrom('source_states').selectAll().where('pipeline_name', 'in', names).execute()
      return rows.map((row) => {
        const state = parse<SourceState>(row)
        return { ...state, pipelineName: row.pipeline_name, actionName: row.action_name }
      })
    },
    async actionsInProgress(names) {
      const rows = await db
        .selectFrom('executions')
        .innerJoin('action_executions', 'action_executions.execution_id', 'executions.id')
        .select('action_executions.doc')
        .where('executions.pipeline_name', 'in', names)
        .where('executions.live', '=', sql.lit(1))
        .where('action_executions.status', '=', sql.lit('InProgress'))
        .execute()
      return rows.map((row) => parse<ActionExecution>(row))
    },
  }
}
