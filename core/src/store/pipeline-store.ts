/** A pipeline's rows: its present, its versions, and everything that goes with it. */
import type { Pipeline } from '../domain/pipeline.js'
import type { Tx } from './database.js'

function pipelineDoc({ declaration: _elsewhere, ...about }: Pipeline): string {
  return JSON.stringify(about)
}

export async function countPipelines(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('pipelines')
    .select((q) => q.fn.countAll().as('n'))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

export async function createPipeline(tx: Tx, pipeline: Pipeline, by: string): Promise<void> {
  const { name, version } = pipeline
  await tx
    .insertInto('pipelines')
    .values({ name, version, sequence: 0, doc: pipelineDoc(pipeline) })
    .execute()
  await insertVersion(tx, pipeline, by)
}

export async function savePipeline(tx: Tx, pipeline: Pipeline, by: string): Promise<void> {
  const { name, version } = pipeline
  const before = await tx.selectFrom('pipelines').select('version').where('name', '=', name).executeTakeFirst()
  await tx
    .updateTable('pipelines')
    .set({ version, doc: pipelineDoc(pipeline) })
    .where('name', '=', name)
    .execute()
  if (before?.version !== version) await insertVersion(tx, pipeline, by)
}

async function insertVersion(tx: Tx, pipeline: Pipeline, by: string): Promise<void> {
  await tx
    .insertInto('pipeline_versions')
    .values({
      pipeline_name: pipeline.name,
      version: pipeline.version,
      created: pipeline.updated,
      created_by: by,
      doc: JSON.stringify(pipeline.declaration),
    })
    .execute()
}

/** Its jobs end with it: whoever still works on one learns at the next heartbeat that it is gone. */
export async function deletePipeline(tx: Tx, name: string): Promise<boolean> {
  const row = await tx.deleteFrom('pipelines').where('name', '=', name).executeTakeFirst()
  await tx
    .deleteFrom('deploy_targets')
    .where('action_execution_id', 'in', (query) =>
      query.selectFrom('action_executions').select('id').where('pipeline_name', '=', name),
    )
    .execute()
  for (const table of [
    'pipeline_versions',
    'stages',
    'executions',
    'stage_executions',
    'action_executions',
    'rule_executions',
    'jobs',
    'revisions',
    'source_states',
  ] as const) {
    await tx.deleteFrom(table).where('pipeline_name', '=', name).execute()
  }
  return row.numDeletedRows > 0n
}
