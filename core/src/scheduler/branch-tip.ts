/** Where a branch really is when a webhook tells of a push: webhooks come late, twice and out of order. */
import type { FoundRevision, GitEvent } from '../domain/git-event.js'
import type { ActionDeclaration, Pipeline } from '../domain/pipeline.js'
import { type AskSourceParts, askSource } from './ask-source.js'

/** Milliseconds. Senders wait ten seconds for their answer. */
const timeout = 5_000

/** The revisions that branches have left, as webhooks told: a push of one of them that comes later is late. */
export class LeftRevisions {
  private readonly told = new Set<string>()

  /** `event` is a push that a webhook told of. */
  note(pipeline: Named, action: Named, { branch, previousRevisionId }: GitEvent): void {
    if (previousRevisionId === undefined) return
    const key = keyOf(pipeline, action, branch, previousRevisionId)
    this.told.delete(key)
    this.told.add(key)
    const [oldest] = this.told
    if (this.told.size > leftLimit && oldest !== undefined) this.told.delete(oldest)
  }

  has(pipeline: Named, action: Named, branch: string, revisionId: string): boolean {
    return this.told.has(keyOf(pipeline, action, branch, revisionId))
  }

  /** The branch is there again. */
  forget(pipeline: Named, action: Named, branch: string, revisionId: string): void {
    this.told.delete(keyOf(pipeline, action, branch, revisionId))
  }
}

type Named = { readonly name: string }
/** Webhooks overtake each other within seconds, so the newest are enough. */
const leftLimit = 1_000

function keyOf(pipeline: Named, action: Named, branch: string | undefined, revisionId: string): string {
  return JSON.stringify([pipeline.name, action.name, branch, revisionId])
}

/**
 * The push as it stands now: the told revision, or the branch's newest one; `undefined` when the branch is gone. Where
 * nobody can be asked, the webhook's word counts.
 */
export async function upToDate(
  parts: AskSourceParts & { readonly left: LeftRevisions },
  pipeline: Pipeline,
  action: ActionDeclaration,
  told: FoundRevision,
): Promise<FoundRevision | undefined> {
  const { event } = told
  if (event?.kind !== 'push' || event.branch === undefined) return told
  const { branch } = event
  const { left } = parts
  left.note(pipeline, action, event)
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
    if (tip?.revisionId === told.revisionId) {
      left.forget(pipeline, action, branch, told.revisionId)
      return told
    }
    // A server that is a little behind its own webhooks still shows what the push started from; so does one whose branch
    // was put back there meanwhile, and then a webhook has told of it, or will.
    const overtaken = left.has(pipeline, action, branch, told.revisionId)
    if (tip?.revisionId === event.previousRevisionId && !overtaken) return told
    return tip && { ...tip, event }
  } catch (error) {
    const names = { pipelineName: pipeline.name, actionName: action.name }
    parts.log.info('a webhook is taken at its word', { ...names, branch, why: (error as Error).message })
    return told
  }
}
