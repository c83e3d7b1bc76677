import type { ActionExecution } from '../../core/src/domain/action.js'
import { isLive, type PipelineExecution } from '../../core/src/domain/execution.js'
import type { Job } from '../../core/src/domain/job.js'
import type { StageExecution } from '../../core/src/domain/stage.js'
import type { Database } from '../../core/src/store/database.js'

/** What the plugins were told last of each execution. */
export type Told = Map<string, string>

/** What must hold at every moment, as core/src/engine/README.md lists it. Answers what does not. */
export async function checkNow(
  database: Database,
  pipelines: readonly string[],
  /** Whether times tell what was before what: all clocks were right all the time. */
  isTimeTrue: boolean,
): Promise<string[]> {
  const violations: string[] = []
  for (const name of pipelines) {
    const executions = await executionsOf(database, name)
    const live = executions.filter((one) => isLive(one.status))
    violations.push(
      ...oneExecutionAStage(live),
      ...oneWaitsAtADoor(live),
      ...(await supersededBetweenStages(database, executions)),
    )
    if (isTimeTrue) violations.push(...(await nobodyOvertakes(database, executions)))
    violations.push(...(await everyActionHasItsJob(database, name)))
  }
  return violations
}

/** What must hold besides, once everything has come to rest. */
export async function checkEverything(
  database: Database,
  pipelines: readonly string[],
  told: Told,
  isTimeTrue: boolean,
): Promise<string[]> {
  const violations = await checkNow(database, pipelines, isTimeTrue)
  for (const name of pipelines) {
    const executions = await executionsOf(database, name)
    for (const execution of executions) {
      if (isLive(execution.status))
        violations.push(
          `liveness: execution ${execution.number} is still ${execution.status} at ${JSON.stringify(execution.position)}`,
        )
      if (told.get(execution.id) !== execution.status) {
        violations.push(
          `outbox: execution ${execution.number} is ${execution.status}, and the plugins were told ${told.get(execution.id) ?? 'nothing'}`,
        )
      }
    }
    violations.push(...(await everyActionHasOneResult(database, executions)))
  }
  violations.push(...(await noJobIsLeft(database)))
  return violations
}

async function executionsOf({ db }: Database, name: string): Promise<PipelineExecution[]> {
  const rows = await db
    .selectFrom('executions')
    .select('doc')
    .where('pipeline_name', '=', name)
    .orderBy('number')
    .execute()
  return rows.map((row) => JSON.parse(row.doc) as PipelineExecution)
}

/** No stage holds two executions (X3). */
function oneExecutionAStage(live: readonly PipelineExecution[]): string[] {
  const inside = live.filter((one) => one.mode !== 'PARALLEL' && one.position?.waiting === false)
  return inside.flatMap((one, index) => {
    const other = inside.slice(0, index).find((before) => before.position?.stage === one.position?.stage)
    return other ? [`X3: executions ${other.number} and ${one.number} are both in stage ${one.position?.stage}`] : []
  })
}

/** In SUPERSEDED mode one execution waits in front of a stage, the newest (X4). */
function oneWaitsAtADoor(live: readonly PipelineExecution[]): string[] {
  const waiting = live.filter((one) => one.mode === 'SUPERSEDED' && one.position?.waiting)
  return waiting.flatMap((one, index) => {
    const other = waiting.slice(0, index).find((before) => before.position?.stage === one.position?.stage)
    return other
      ? [`X4: executions ${other.number} and ${one.number} both wait in front of ${one.position?.stage}`]
      : []
  })
}

/** X4: never inside a stage. A superseded execution left its last stage well, or was never in one. */
async function supersededBetweenStages(
  database: Database,
  executions: readonly PipelineExecution[],
): Promise<string[]> {
  const superseded = executions.filter((one) => one.status === 'Superseded')
  const stages = await stagesOf(database, superseded)
  return superseded.flatMap((one) => {
    const inside = stages.find((stage) => stage.executionId === one.id && stage.status === 'InProgress')
    return inside || one.position?.waiting === false
      ? [`X4: execution ${one.number} was superseded inside ${one.position?.stage}`]
      : []
  })
}

/** X5: in QUEUED mode, whoever waits at a door is older than nobody who went through it after it came. */
async function nobodyOvertakes(database: Database, executions: readonly PipelineExecution[]): Promise<string[]> {
  const waiting = executions.filter((one) => one.mode === 'QUEUED' && isLive(one.status) && one.position?.waiting)
  if (waiting.length === 0) return []
  const queued = executions.filter((one) => one.mode === 'QUEUED' && one.type === 'STANDARD')
  const stages = await stagesOf(database, queued)
  return waiting.flatMap((one) => {
    const overtaking = stages.find((stage) => {
      const other = queued.find((execution) => execution.id === stage.executionId)
      const cameBefore = one.position !== undefined && stage.started > one.position.since
      return stage.stageName === one.position?.stage && cameBefore && other !== undefined && other.number > one.number
    })
    return overtaking ? [`X5: an execution newer than ${one.number} went into ${one.position?.stage} before it`] : []
  })
}

async function stagesOf({ db }: Database, executions: readonly PipelineExecution[]): Promise<StageExecution[]> {
  if (executions.length === 0) return []
  const ids = executions.map((one) => one.id)
  const rows = await db.selectFrom('stage_executions').select('doc').where('execution_id', 'in', ids).execute()
  return rows.map((row) => JSON.parse(row.doc) as StageExecution)
}

/** Nothing is lost: what is in progress and no approval has a job that waits or runs. */
async function everyActionHasItsJob({ db }: Database, name: string): Promise<string[]> {
  const rows = await db
    .selectFrom('action_executions')
    .select('doc')
    .where('pipeline_name', '=', name)
    .where('status', '=', 'InProgress')
    .where('id', 'not in', (jobs) => jobs.selectFrom('jobs').select('action_execution_id').where('ended', 'is', null))
    .execute()
  return rows
    .map((row) => JSON.parse(row.doc) as ActionExecution)
    .filter((action) => action.token === undefined)
    .map((action) => `action ${action.stageName}/${action.actionName} is in progress, and has no job`)
}

/** Every action of a finished execution has exactly one effective result; a stage that succeeded has only good ones. */
async function everyActionHasOneResult(
  database: Database,
  executions: readonly PipelineExecution[],
): Promise<string[]> {
  const violations: string[] = []
  const ids = executions.filter((one) => !isLive(one.status)).map((one) => one.id)
  if (ids.length === 0) return []
  const rows = await database.db
    .selectFrom('action_executions')
    .select('doc')
    .where('execution_id', 'in', ids)
    .execute()
  const actions = new Map(rows.map((row) => JSON.parse(row.doc) as ActionExecution).map((one) => [one.id, one]))
  for (const action of actions.values()) {
    if (action.status === 'InProgress')
      violations.push(`action ${action.actionName} of a finished execution is still in progress`)
  }
  const stages = await stagesOf(
    database,
    executions.filter((one) => !isLive(one.status)),
  )
  for (const stage of stages) {
    if (stage.status === 'InProgress' || stage.status === 'Stopping')
      violations.push(`stage ${stage.stageName} of a finished execution is ${stage.status}`)
    const results = Object.values(stage.actions).map((id) => actions.get(id)?.status)
    if (stage.status === 'Succeeded' && results.some((one) => one !== 'Succeeded'))
      violations.push(`stage ${stage.stageName} succeeded with ${results.join(', ')}`)
  }
  return violations
}

/** Nothing is lost: no job waits or runs for an action that is done with. */
async function noJobIsLeft({ db }: Database): Promise<string[]> {
  const rows = await db.selectFrom('jobs').select(['id', 'status']).where('ended', 'is', null).execute()
  return rows.map((row) => `job ${row.id} is still ${row.status}`)
}

/** Whether a job that somebody held waits again, or is another's. */
export async function isTakenBack({ db }: Database, { id, fence }: Job): Promise<boolean> {
  const row = await db.selectFrom('jobs').select(['status', 'fence']).where('id', '=', id).executeTakeFirst()
  return row !== undefined && (row.status === 'Queued' || row.fence > fence)
}

/** Action executions whose worker was declared lost. */
export async function declaredLost({ db }: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('action_executions')
    .select('id')
    .where('status', '=', 'Failed')
    .where('doc', 'like', '%has not been heard of%')
    .execute()
  return rows.map(({ id }) => id)
}
