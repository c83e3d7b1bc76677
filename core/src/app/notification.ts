import { defined } from '../domain/defined.js'
import type { ApprovalNeededEvent, ExecutionChangedEvent, FailedAction } from '../domain/hook-events.js'
import type { Notification, NotificationKind } from '../domain/notification.js'
import type { Effect } from '../engine/changes.js'
import type { ServerIdentity } from '../host/services.js'
import type { FailingSource } from '../scheduler/settle-poll.js'

/** What people are told of an effect, or `undefined` when it is nothing to be told of. */
export function notificationOf(effect: Effect, identity: ServerIdentity): Notification | undefined {
  if (effect.kind === 'approvalNeeded') return approval(effect, identity)
  return effect.kind === 'executionChanged' ? execution(effect, identity) : undefined
}

/** What people are told of a source that could not be polled several times in a row. */
export function sourceFailed(
  { pipelineName, actionName, error, failures }: FailingSource,
  { publicUrl }: ServerIdentity,
): Notification {
  const link = `${publicUrl}/pipelines/${encodeURIComponent(pipelineName)}`
  return {
    kind: 'sourceFailed',
    subject: `${pipelineName}: the source ${actionName} cannot be polled`,
    message: `${failures} polls in a row failed, so that nothing new starts ${pipelineName} now: ${error}\n${link}`,
    pipelineName,
    link,
  }
}

const told = {
  Failed: 'executionFailed',
  Succeeded: 'executionSucceeded',
  InProgress: 'executionStarted',
  Stopped: 'executionStopped',
  Superseded: 'executionStopped',
  Cancelled: 'executionStopped',
} as const

function execution(
  { pipelineName, pipelineExecutionId, status, failed, summary }: ExecutionChangedEvent,
  { publicUrl }: ServerIdentity,
): Notification | undefined {
  const kind = status in told ? told[status as keyof typeof told] : undefined
  if (!kind) return undefined
  const verb = verbs[kind] ?? `was ${status.toLowerCase()}`
  const link = `${publicUrl}/pipelines/${encodeURIComponent(pipelineName)}/executions/${pipelineExecutionId}`
  return {
    kind,
    subject: `${pipelineName} ${verb}`,
    message: `Execution ${pipelineExecutionId} of pipeline ${pipelineName} ${verb}${reasonOf(failed, summary)}.\n${link}`,
    pipelineName,
    pipelineExecutionId,
    status,
    link,
  }
}

const verbs: Partial<Record<NotificationKind, string>> = {
  executionFailed: 'failed',
  executionSucceeded: 'succeeded',
  executionStarted: 'started',
}

/** ` in Build/Make: "make test" failed with exit code 2`. */
function reasonOf(failed: FailedAction | undefined, summary: string | undefined): string {
  if (failed === undefined) return summary === undefined ? '' : `: ${summary}`
  return ` in ${failed.stageName}/${failed.actionName}: ${failed.error.message}`.replace(/\.$/, '')
}

/** A4: the document that AWS sends to the topic. */
function approval(event: ApprovalNeededEvent, { region, publicUrl }: ServerIdentity): Notification {
  const { pipelineName, pipelineExecutionId, stageName, actionName, token, configuration } = event
  const { NotificationArn, ExternalEntityLink, CustomData } = configuration
  const link = `${publicUrl}/pipelines/${encodeURIComponent(pipelineName)}`
  // AWS writes minutes only: 2016-07-07T20:22Z.
  const expires = `${new Date(event.expires).toISOString().slice(0, 16)}Z`
  return {
    kind: 'approvalNeeded',
    ...defined({ target: NotificationArn }),
    subject: `APPROVAL NEEDED: ${pipelineName} for action ${actionName}`,
    message: [
      `Pipeline ${pipelineName} waits in stage ${stageName} for somebody to approve ${actionName}, until ${expires}.`,
      ...(CustomData ? [CustomData] : []),
      ...(ExternalEntityLink ? [`To review: ${ExternalEntityLink}`] : []),
      link,
    ].join('\n'),
    pipelineName,
    pipelineExecutionId,
    link,
    document: {
      region,
      consoleLink: link,
      approval: {
        pipelineName,
        stageName,
        actionName,
        token,
        expires,
        ...defined({ externalEntityLink: ExternalEntityLink }),
        approvalReviewLink: `${link}#${encodeURIComponent(stageName)}`,
        ...defined({ customData: CustomData }),
      },
    },
  }
}
