import { type ExpressionBuilder, sql } from 'kysely'
import type { ActionExecution } from '../domain/action.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { Pipeline } from '../domain/pipeline.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'
import type { Database } from './database.js'
import { parse } from './rows.js'
import type { Schema } from './schema.js'

/** An open job in a line, in the queue's order. */
export interface OpenJob {
  readonly actionExecutionId: string
  readonly typeKey: string
  readonly queued: boolean
  readonly started: number | null
  readonly availableAt: number
  readonly created: number
}

/** What is read of all pipelines at once, or of those named: every answer is one query, whatever their number. */
export interface StandingReads {
  pipelines(names: Names): Promise<{ name: string; tags: Pipeline['tags'] }[]>
  latest(names: Names): Promise<PipelineExecution[]>
  live(names: Names): Promise<PipelineExecution[]>
  /** Actions in progress of executions that live. */
  actions(names: Names): Promise<ActionExecution[]>
  /** Of these stages' pipelines, those whose door is closed. */
  closed(names: readonly string[]): Promise<StageRecord[]>
  /** All jobs that wait, or that somebody has. */
  openJobs(): Promise<OpenJob[]>
  /** The newest of each pipeline, so many of each, newest first. */
  recent(names: readonly string[], each: number): Promise<PipelineExecution[]>
  /** Of all pipelines, newest first. */
  activity(
    before: { readonly started: number; readonly id: string } | undefined,
    limit: number,
  ): Promise<PipelineExecution[]>
  /** The newest that succeeded in each of these stages. */
  succeeded(
    name: string,
    stages: readonly string[],
  ): Promise<{ readonly stage: StageExecution; readonly execution: PipelineExecution }[]>
  runs(executionId: string): Promise<ActionExecution[]>
}

type Names = readonly string[] | undefined

export function createStandingReads({ db }: Database): StandingReads {
  const executions = (names: Names) => {
    const query = db
      .selectFrom('pipelines')
      .innerJoin('executions', 'executions.pipeline_name', 'pipelines.name')
      .select('executions.doc')
    return names === undefined ? query : query.where('pipelines.name', 'in', names)
  }
  return {
    async pipelines(names) {
      let query = db.selectFrom('pipelines').select(['name', 'doc']).orderBy('name')
      if (names !== undefined) query = query.where('name', 'in', names)
      return (await query.execute()).map((row) => ({ name: row.name, tags: parse<Pipeline>(row).tags ?? {} }))
    },
    async latest(names) {
      const newest = ({ selectFrom }: ExpressionBuilder<Schema, 'pipelines' | 'executions'>) =>
        selectFrom('executions as newest')
          .select(({ fn }) => fn.max('newest.number').as('number'))
          .whereRef('newest.pipeline_name', '=', 'pipelines.name')
      return docs(await executions(names).where('executions.number', '=', newest).execute())
    },
    async live(names) {
      const query = executions(names).where('executions.live', '=', sql.lit(1))
      return docs(await query.orderBy('executions.number', 'desc').execute())
    },
    async actions(names) {
      let query = db
        .selectFrom('executions')
        .innerJoin('action_executions', 'action_executions.execution_id', 'executions.id')
        .select('action_executions.doc')
        .where('executions.live', '=', sql.lit(1))
        .where('action_executions.status', '=', sql.lit('InProgress'))
      if (names !== undefined) query = query.where('executions.pipeline_name', 'in', names)
      return docs(await query.orderBy('action_executions.number').execute())
    },
    async closed(names) {
      if (names.length === 0) return []
      const rows = await db.selectFrom('stages').select('doc').where('pipeline_name', 'in', names).execute()
      return docs<StageRecord>(rows).filter(({ inbound }) => !inbound.enabled)
    },
    async openJobs() {
      const rows = await db
        .selectFrom('jobs')
        .select(['action_execution_id', 'type_key', 'status', 'started', 'available_at', 'created'])
        .where('status', 'in', [sql.lit('Queued'), sql.lit('Dispatched'), sql.lit('InProgress')])
        .orderBy('number')
        .execute()
      return rows.map((row) => ({
        actionExecutionId: row.action_execution_id,
        typeKey: row.type_key,
        queued: row.status === 'Queued',
        started: row.started,
        availableAt: row.available_at,
        created: row.created,
      }))
    },
    async recent(names, each) {
      if (names.length === 0) return []
      const query = executions(names).where('executions.number', 'in', ({ selectFrom }) =>
        selectFrom('executions as newest')
          .select('newest.number')
          .whereRef('newest.pipeline_name', '=', 'pipelines.name')
          .orderBy('newest.number', 'desc')
          .limit(sql.lit(each)),
      )
      return docs(await query.orderBy('executions.number', 'desc').execute())
    },
    async activity(before, limit) {
      let query = db
        .selectFrom('executions')
        .select('doc')
        .orderBy('started', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
      if (before !== undefined) {
        query = query
          .where('started', '<=', before.started)
          .where((row) => row.or([row('started', '<', before.started), row('id', '<', before.id)]))
      }
      return docs(await query.execute())
    },
    async succeeded(name, stages) {
      if (stages.length === 0) return []
      const rows = await db
        .selectFrom('stage_executions')
        .innerJoin('executions', 'executions.id', 'stage_executions.execution_id')
        .select(['stage_executions.doc as stage', 'executions.doc as execution'])
        .where('stage_executions.pipeline_name', '=', name)
        .where('stage_executions.status', '=', sql.lit('Succeeded'))
        .where('stage_executions.stage_name', 'in', stages)
        .where('stage_executions.number', '=', ({ selectFrom }) =>
          selectFrom('stage_executions as newest')
            .select(({ fn }) => fn.max('newest.number').as('number'))
            .whereRef('newest.pipeline_name', '=', 'stage_executions.pipeline_name')
            .whereRef('newest.stage_name', '=', 'stage_executions.stage_name')
            .where('newest.status', '=', sql.lit('Succeeded')),
        )
        .execute()
      return rows.map(({ stage, execution }) => ({
        stage: parse({ doc: stage }),
        execution: parse({ doc: execution }),
      }))
    },
    async runs(executionId) {
      const query = db.selectFrom('action_executions').select('doc').where('execution_id', '=', executionId)
      return docs(await query.orderBy('number').execute())
    },
  }
}

function docs<T>(rows: readonly { readonly doc: string }[]): T[] {
  return rows.map((row) => parse<T>(row))
}
