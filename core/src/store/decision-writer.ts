import { Fault } from '../domain/faults.js'
import type { Decision, Effect } from '../engine/changes.js'
import { endingSteps, jobLifecycle, stepTo } from '../engine/lifecycle.js'
import type { Tx } from './database.js'
import { actionRow, branchKey, executionRow, jobRow, stageExecutionRow } from './rows.js'

/** Writes what a decision says, in the caller's transaction. */
export async function writeDecision(tx: Tx, pipelineName: string, decision: Decision, now: number): Promise<void> {
  await tx
    .updateTable('pipelines')
    .set({ sequence: decision.changes.sequence })
    .where('name', '=', pipelineName)
    .execute()
  await writeStates(tx, decision)
  await writeJobs(tx, decision, now)
  await writeRevisions(tx, pipelineName, decision, now)
  if (decision.effects.length > 0) await writeEffects(tx, pipelineName, decision.effects, now)
}

/** What is to be told, once this transaction is durable. */
export async function writeEffects(
  tx: Tx,
  pipelineName: string,
  effects: readonly Effect[],
  now: number,
): Promise<void> {
  const doc = JSON.stringify(effects)
  await tx.insertInto('outbox').values({ pipeline_name: pipelineName, created: now, doc }).execute()
}

async function writeStates(tx: Tx, { changes }: Decision): Promise<void> {
  for (const execution of changes.executions) {
    const row = executionRow(execution)
    await tx
      .insertInto('executions')
      .values(row)
      .onConflict((on) => on.column('id').doUpdateSet({ live: row.live, status: row.status, doc: row.doc }))
      .execute()
  }
  for (const stage of changes.stages) {
    const row = { pipeline_name: stage.pipelineName, stage_name: stage.stageName, doc: JSON.stringify(stage) }
    await tx
      .insertInto('stages')
      .values(row)
      .onConflict((on) => on.columns(['pipeline_name', 'stage_name']).doUpdateSet({ doc: row.doc }))
      .execute()
  }
  await writeStageExecutions(tx, changes)
  for (const action of changes.actions) await writeAction(tx, 'action_executions', action)
  for (const rule of changes.rules) await writeAction(tx, 'rule_executions', rule)
}

async function writeStageExecutions(tx: Tx, changes: Decision['changes']): Promise<void> {
  for (const stage of changes.stageExecutions) {
    const execution = changes.executions.find((one) => one.id === stage.executionId)
    const updated = { status: stage.status, doc: JSON.stringify(stage) }
    // A stage execution is made in the decision that moves its execution in, so the execution is at hand then.
    if (execution) {
      await tx
        .insertInto('stage_executions')
        .values(stageExecutionRow(stage, execution))
        .onConflict((on) => on.columns(['execution_id', 'stage_name']).doUpdateSet(updated))
        .execute()
    } else {
      await tx
        .updateTable('stage_executions')
        .set(updated)
        .where('execution_id', '=', stage.executionId)
        .where('stage_name', '=', stage.stageName)
        .execute()
    }
  }
}

async function writeAction(
  tx: Tx,
  table: 'action_executions' | 'rule_executions',
  action: Parameters<typeof actionRow>[0],
): Promise<void> {
  const row = actionRow(action)
  await tx
    .insertInto(table)
    .values(row)
    .onConflict((on) => on.column('id').doUpdateSet({ status: row.status, deadline: row.deadline, doc: row.doc }))
    .execute()
}

async function writeJobs(tx: Tx, { changes }: Decision, now: number): Promise<void> {
  for (const { jobId, fence, from, status } of changes.reportedJobs) {
    const { numUpdatedRows } = await tx
      .updateTable('jobs')
      .set({ status, ended: now, lease_until: null })
      .where('id', '=', jobId)
      .where('fence', '=', fence)
      .where('status', '=', from)
      .executeTakeFirst()
    if (numUpdatedRows === 0n)
      throw new Fault('InvalidJobStateException', `The job ${jobId} is no longer ${from} with fence ${fence}`)
  }
  for (const { actionExecutionId, how } of changes.endedJobs) {
    const open = tx.updateTable('jobs').where('action_execution_id', '=', actionExecutionId).where('ended', 'is', null)
    // One of our workers is told at its next heartbeat, and ends the job itself; all else ends here.
    const status = stepTo(jobLifecycle, endingSteps[how])
    await open.set({ status, ended: now, lease_until: null }).where('worker_id', 'is', null).execute()
    await open.set({ cancel_requested: how }).execute()
  }
  for (const job of changes.newJobs) await tx.insertInto('jobs').values(jobRow(job)).execute()
}

async function writeRevisions(tx: Tx, pipelineName: string, { changes }: Decision, now: number): Promise<void> {
  for (const { actionName, revisionId, branch, executionId } of changes.revisions) {
    const row = { pipeline_name: pipelineName, action_name: actionName, execution_id: executionId, created: now }
    const key = ['pipeline_name', 'action_name', 'revision_id'] as const
    await tx
      .insertInto('revisions')
      .values({ ...row, revision_id: revisionId })
      .onConflict((on) => on.columns(key).doNothing())
      .execute()
    if (branch === undefined) continue
    await tx
      .insertInto('revisions')
      .values({ ...row, revision_id: branchKey(branch) })
      .onConflict((on) => on.columns(key).doUpdateSet({ execution_id: executionId, created: now }))
      .execute()
  }
}
