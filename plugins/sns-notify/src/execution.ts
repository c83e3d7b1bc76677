import type { ExecutionChangedEvent, Notification, ServerIdentity } from '@penstock/core'

const kinds: Readonly<Partial<Record<ExecutionChangedEvent['status'], Notification['kind']>>> = {
  InProgress: 'executionStarted',
  Succeeded: 'executionSucceeded',
  Failed: 'executionFailed',
}

/** What to tell people of an execution's new status; `undefined` for what is nothing to tell. */
export function executionNotification(
  event: ExecutionChangedEvent,
  identity: ServerIdentity,
): Notification | undefined {
  const kind = kinds[event.status]
  if (kind === undefined) return undefined
  const { pipelineName, pipelineExecutionId, status } = event
  const document = {
    pipeline: pipelineName,
    'execution-id': pipelineExecutionId,
    state: status,
    region: identity.region,
  }
  const page = `${identity.publicUrl}/pipelines/${encodeURIComponent(pipelineName)}/executions/${pipelineExecutionId}`
  const words = { executionStarted: 'started', executionSucceeded: 'succeeded', executionFailed: 'failed' }
  const what = words[kind as keyof typeof words]
  return {
    kind,
    subject: `Pipeline ${pipelineName} ${what}`,
    message: `Pipeline ${pipelineName} ${what}: ${page}`,
    document,
  }
}
