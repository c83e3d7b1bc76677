/** The hosts of a deployment that was rolled back: as they were when it failed, with what the rollback did to each. */
import { type DeployTarget, defined } from '@penstock/core'
import type { DeploymentHostRecord } from './records.js'

/** `rollback`: the hosts of the deployment that brought the earlier revision back. */
export function withRollback(
  failed: readonly DeploymentHostRecord[],
  rollback: readonly DeploymentHostRecord[],
  rollbackId: string,
): DeployTarget[] {
  const after = new Map(rollback.map((record) => [record.host, record]))
  return failed.map(({ host, status, startTime, endTime, events }) => {
    const undone = after.get(host)
    const event = undone === undefined ? [] : [rollbackEvent(undone, rollbackId)]
    return {
      targetId: host,
      targetType: 'SSH',
      status,
      ...defined({ startTime, endTime }),
      events: [...events, ...event],
    }
  })
}

function rollbackEvent(record: DeploymentHostRecord, rollbackId: string) {
  const { status, startTime, endTime, message } = record
  return {
    name: 'Rollback',
    status,
    ...defined({ startTime, endTime }),
    message: `deployment ${rollbackId}${message === undefined ? '' : `: ${message}`}`,
  }
}
