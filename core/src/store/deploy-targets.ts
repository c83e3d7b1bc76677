import type { DeployTarget } from '../engine/views.js'
import type { Database, Tx } from './database.js'
import { parse } from './rows.js'

/** JSON has no dates: these members come back as Dates. */
function revive(target: DeployTarget): DeployTarget {
  const date = <K extends string>(key: K, value: Date | undefined) => (value ? { [key]: new Date(value) } : {})
  return {
    ...target,
    ...date('startTime', target.startTime),
    ...date('endTime', target.endTime),
    events: target.events.map((event) => ({
      ...event,
      ...date('startTime', event.startTime),
      ...date('endTime', event.endTime),
    })),
  }
}

export async function deployTargets({ db }: Database, actionExecutionId: string): Promise<DeployTarget[]> {
  const query = db.selectFrom('deploy_targets').select('doc').where('action_execution_id', '=', actionExecutionId)
  return (await query.orderBy('position').execute()).map((row) => revive(parse<DeployTarget>(row)))
}

/** The whole list, each target replacing what was known of it. */
export async function putDeployTargets(
  tx: Tx,
  actionExecutionId: string,
  targets: readonly DeployTarget[],
): Promise<void> {
  for (const [position, target] of targets.entries()) {
    const changed = { position, status: target.status, doc: JSON.stringify(target) }
    await tx
      .insertInto('deploy_targets')
      .values({ action_execution_id: actionExecutionId, target_id: target.targetId, ...changed })
      .onConflict((on) => on.columns(['action_execution_id', 'target_id']).doUpdateSet(changed))
      .execute()
  }
}
