/** From "a source has a new revision" to an execution: plugins may change or drop it, git triggers judge it, the engine starts. */
import { checkedRevision } from '../domain/checked-revision.js'
import type { TriggerType } from '../domain/execution.js'
import { Fault } from '../domain/faults.js'
import type { FoundRevision, GitEvent } from '../domain/git-event.js'
import { matchTriggers } from '../domain/git-trigger.js'
import type { ActionDeclaration, Pipeline } from '../domain/pipeline.js'
import type { EngineReads } from '../engine/ports.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger } from '../host/plugin.js'
import { askRevisionFound } from '../host/plugin-hooks.js'
import type { ForkGate } from './fork-gate.js'
import { configuredBranch, sourceActions, sourceConfiguration } from './source-actions.js'

/** A revision that somebody saw: the poller, a webhook, a plugin. */
export interface RevisionReport {
  readonly pipelineName: string
  readonly actionName: string
  readonly revision: FoundRevision
  readonly trigger: Extract<TriggerType, 'PollForSourceChanges' | 'Webhook' | 'WebhookV2' | 'CloudWatchEvent'>
  readonly detail?: string
}

/** The engine's part: pins the revision and starts an execution, unless one already has it. */
export type StartForRevision = (report: RevisionReport) => Promise<{ readonly pipelineExecutionId?: string }>

export interface SourceReportsParts {
  readonly hooks: Hooks
  readonly reads: Pick<EngineReads, 'pipeline'>
  readonly start: StartForRevision
  /** A push that a webhook told of, as it stands now; `undefined` when its branch is gone. */
  readonly upToDate: (
    pipeline: Pipeline,
    action: ActionDeclaration,
    told: FoundRevision,
  ) => Promise<FoundRevision | undefined>
  readonly forks: Pick<ForkGate, 'refusal'>
  readonly log: Logger
}

export class SourceReports {
  constructor(private readonly parts: SourceReportsParts) {}

  /** Starts an execution where hooks and triggers let it. Errors: PipelineNotFoundException, ActionNotFoundException; the engine's. */
  async report(found: RevisionReport): Promise<{ readonly pipelineExecutionId?: string }> {
    const { pipelineName, actionName } = found
    checkedRevision(found.revision, 'whoever reported it')
    const pipeline = await this.parts.reads.pipeline(pipelineName)
    if (!pipeline) throw new Fault('PipelineNotFoundException', `there is no pipeline '${pipelineName}'`)
    const action = sourceActions(pipeline).find(({ name }) => name === actionName)
    if (!action)
      throw new Fault('ActionNotFoundException', `pipeline '${pipelineName}' has no source action '${actionName}'`)
    const event = await askRevisionFound(this.parts.hooks, { pipelineName, actionName, revision: found.revision })
    if (!event) return this.passedOver(found, 'a plugin dropped it')
    const refusal = judge(pipeline, action, event.revision)
    if (refusal !== undefined) return this.passedOver(found, refusal)
    // Only now: most pushes that webhooks tell of are for nobody.
    const revision = await this.current({ ...found, revision: event.revision }, pipeline, action)
    if (!revision) return this.passedOver(found, `the branch ${event.revision.event?.branch} is gone`)
    const wanted = { ...found, revision }
    const strange = await this.parts.forks.refusal(wanted, sourceConfiguration(pipeline, action))
    if (strange !== undefined) return this.passedOver(wanted, strange)
    return this.parts.start(wanted)
  }

  private async current(
    { revision, trigger, pipelineName, actionName }: RevisionReport,
    pipeline: Pipeline,
    action: ActionDeclaration,
  ): Promise<FoundRevision | undefined> {
    if (trigger === 'PollForSourceChanges') return revision
    const now = await this.parts.upToDate(pipeline, action, revision)
    if (now && now.revisionId !== revision.revisionId) {
      const { revisionId: told } = revision
      this.parts.log.info('a webhook told of an older revision', {
        pipelineName,
        actionName,
        told,
        now: now.revisionId,
      })
    }
    return now
  }

  private passedOver(found: RevisionReport, why: string): Record<string, never> {
    const { pipelineName, actionName, revision } = found
    this.parts.log.info('revision passed over', { pipelineName, actionName, revisionId: revision.revisionId, why })
    return {}
  }
}

/** Why a revision starts nothing, or `undefined` when it does (G1..G5). */
function judge(pipeline: Pipeline, action: ActionDeclaration, revision: FoundRevision): string | undefined {
  const triggers = pipeline.declaration.triggers ?? []
  const branch = configuredBranch(pipeline, action)
  const event = revision.event ?? (branch === undefined ? undefined : pushTo(branch))
  if (!event) return undefined // not a git source: whatever is new counts
  const verdict = matchTriggers(triggers, action.name, event, branch)
  return verdict.matches ? undefined : verdict.reason
}

/** What a poll that knows no more than "the branch's newest commit is another" has seen. */
function pushTo(branch: string): GitEvent {
  return { kind: 'push', branch }
}
