import type { ApprovalNeededEvent, Notification, ServerIdentity } from '@penstock/core'

/** A4: the document that CodePipeline publishes when an approval waits; links lead to this server's page. */
export function approvalNotification(
  event: ApprovalNeededEvent,
  identity: ServerIdentity,
): Notification & { target: string } {
  const { pipelineName, stageName, actionName, token, configuration } = event
  const link = `${identity.publicUrl}/pipelines/${encodeURIComponent(pipelineName)}`
  const document = {
    region: identity.region,
    consoleLink: link,
    approval: {
      pipelineName,
      stageName,
      actionName,
      token,
      expires: minute(event.expires),
      ...(configuration.ExternalEntityLink === undefined
        ? {}
        : { externalEntityLink: configuration.ExternalEntityLink }),
      approvalReviewLink: link,
      ...(configuration.CustomData === undefined ? {} : { customData: configuration.CustomData }),
    },
  }
  return {
    kind: 'approvalNeeded',
    target: configuration.NotificationArn ?? '',
    subject: `APPROVAL NEEDED: AWS CodePipeline ${pipelineName} for action ${actionName}`,
    message: JSON.stringify(document),
    document,
  }
}

/** `2016-07-07T20:22Z`, as the user guide shows it. */
function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`
}
