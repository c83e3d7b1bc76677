/** Where a branch really is when a webhook tells of a push: webhooks come late, twice and out of order. */
import type { FoundRevision } from '../domain/git-event.js'
import type { ActionDeclaration, Pipeline } from '../domain/pipeline.js'
import { type AskSourceParts, askSource } from './ask-source.js'

/** Milliseconds. Senders wait ten seconds for their answer. */
const timeout = 5_000

/**
 * The push as it stands now: the told revision, or the branch's newest one; `undefined` when the branch is gone. Where
 * nobody can be asked, the webhook's word counts.
 */
export async function upToDate(
  parts: AskSourceParts,
  pipeline: Pipeline,
  action: ActionDeclaration,
  told: FoundRevision,
): Promise<FoundRevision | undefined> {
  const { event } = told
  if (event?.kind !== 'push' || event.branch === undefined) return told
  const { branch } = event
  try {
    const answer = await askSource(parts, {
      pipeline,
      action,
      what: `asking where ${branch} is`,
      timeout,
      ask: async (provider, configuration, context) =>
        provider.newestOf ? { tip: await provider.newestOf(configuration, branch, context) } : undefined,
    })
    if (answer === undefined) return told
    const { tip } = answer
    // A server that is a little behind its own webhooks still shows what the push started from.
    if (tip?.revisionId === told.revisionId || tip?.revisionId === event.previousRevisionId) return told
    return tip && { ...tip, event }
  } catch (error) {
    const names = { pipelineName: pipeline.name, actionName: action.name }
    parts.log.info('a webhook is taken at its word', { ...names, branch, why: (error as Error).message })
    return told
  }
}
