/** What webhooks tell of a source, held against what polls find: who tells of every change need not be asked so often. */
import type { Clock } from '../domain/clock.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { MissedWebhook, SourceState, WebhookNewsStore } from '../domain/source-state.js'

type Source = Pick<SourceState, 'pipelineName' | 'actionName'>

/** Milliseconds. */
const remembered = 30 * 24 * 60 * 60_000
/** A poll may see a push before its webhook is there. */
export const webhookPatience = 2 * 60_000

export class WebhookNews {
  /** Sources of which webhooks have told something, as `pipeline/action`: the others cost no question. */
  private heard = new Set<string>()

  constructor(private readonly parts: { readonly clock: Clock; readonly store: WebhookNewsStore }) {}

  /** Learns what other servers were told, and forgets what is old. */
  async refresh(): Promise<void> {
    await this.parts.store.forget(this.parts.clock.now() - remembered)
    this.heard = new Set(await this.parts.store.sources())
  }

  async note({ pipelineName, actionName }: Source, { revisionId, event }: FoundRevision): Promise<void> {
    if (event?.kind !== 'push' || event.branch === undefined) return
    const { branch } = event
    await this.parts.store.note({ pipelineName, actionName, branch, revisionId, at: this.parts.clock.now() })
    this.heard.add(name({ pipelineName, actionName }))
  }

  /** Whether webhooks have told of this source lately. */
  hears(source: Source): boolean {
    return this.heard.has(name(source))
  }

  /** The pushes to branches that no webhook told of, though some did of others: the newest, or what was missed before. */
  async missed(
    source: Source,
    found: readonly FoundRevision[],
    before: MissedWebhook | undefined,
  ): Promise<MissedWebhook | undefined> {
    if (!this.hears(source)) return undefined
    const at = this.parts.clock.now()
    const pushes = found.flatMap(({ revisionId, event }) =>
      event?.kind === 'push' && event.branch !== undefined ? [{ at, revisionId, branch: event.branch }] : [],
    )
    const suspects = [...pushes.reverse(), ...(before ? [before] : [])]
    if (suspects.length === 0) return undefined
    const told = await this.parts.store.ofSource(source.pipelineName, source.actionName)
    return suspects.find(
      (suspect) =>
        !told.some(
          ({ branch, revisionId, at }) =>
            branch === suspect.branch && (revisionId === suspect.revisionId || at > suspect.at),
        ),
    )
  }
}

function name({ pipelineName, actionName }: Source): string {
  return `${pipelineName}/${actionName}`
}
