import { defined } from '../domain/defined.js'
import type { ApprovalNeededEvent, ExecutionChangedEvent, FailedAction } from '../domain/hook-events.js'
import type { Effect } from '../engine/changes.js'
import type { Notification } from '../host/plugin.js'
import type { ServerIdentity } from '../host/services.js'

/** What people are told of an effect, or `undefined` when it is nothing to be told of. */
export function notificationOf(effect: Effect, identity: ServerIdentity): Notification | undefined {
  if (effect.kind === 'approvalNeeded') return approval(effect, identity)
  return effect.kind === 'executionChanged' ? execution(effect, identity) : undefined
}

const told = { Failed: 'executionFailed', Succeeded: 'executionSucceeded', InProgress: 'executionStarted' } as const
const verbs = { executionFailed: 'failed', executionSucceeded: 'succeeded', executionStarted: 'started' } as const

function execution(
  { pipelineName, pipelineExecutionId, status, failed, summary }: ExecutionChangedEvent,
  { publicUrl }: ServerIdentity,
): Notification | undefined {
  const kind = status in told ? told[status as keyof typeof told] : undefined
  if (!kind) return undefined
  return {
    kind,
    subject: `${pipelineName} ${verbs[kind]}`,
    message: `Execution ${pipelineExecutionId} of pipeline ${pipelineName} ${verbs[kind]}${reasonOf(failed, summary)}.\n${publicUrl}/pipelines/${encodeURIComponent(pipelineName)}/executions/${pipelineExecutionId}`,
  }
}

/** ` in Build/Make: "make test" failed with exit code 2`. */
function reasonOf(failed: FailedAction | undefined, summary: string | undefined): string {
  if (failed === undefined) return summary === undefined ? '' : `: ${summary}`
  return ` in ${failed.stageName}/${failed.actionName}: ${failed.error.message}`.replace(/\.$/, '')
}

/** A4: the document that AWS sends to the topic. */
function approval(event: ApprovalNeededEvent, { region, publicUrl }: ServerIdentity): Notification {
  const { pipelineName, stageName, actionName, token, configuration } = event
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
