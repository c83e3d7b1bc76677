/** Keeps the poller's rows in step with the pipelines: who is to be polled, when, and who shares a poll. */
import { createHash } from 'node:crypto'
import { actionTypeKey } from '../domain/action-type.js'
import type { Clock } from '../domain/clock.js'
import type { ActionDeclaration, Pipeline } from '../domain/pipeline.js'
import type { SecretPlace } from '../domain/secret.js'
import type { SourceState, SourceStateStore } from '../domain/source-state.js'
import type { EngineReads } from '../engine/ports.js'
import { contain, reason } from '../host/contain.js'
import type { Logger } from '../host/plugin.js'
import type { ProviderRegistry } from '../host/registry.js'
import type { SourceProvider } from '../host/source-provider.js'
import { type ScheduleBook, type ScheduleSettings, scheduleText } from './schedules.js'
import { changesWanted, hasTrigger, placeOf, sourceActions, sourceConfiguration } from './source-actions.js'
import type { WebhookNews } from './webhook-news.js'

/** A source's typed configuration, with what must not be shown. Errors: in words for the source's owner. */
export type ReadConfiguration = (
  provider: SourceProvider,
  configuration: Readonly<Record<string, string>>,
  place: SecretPlace,
) => Promise<{ readonly values: Readonly<Record<string, unknown>>; readonly secrets: readonly string[] }>

export interface SourceWatchParts {
  readonly clock: Clock
  readonly reads: Pick<EngineReads, 'pipeline' | 'pipelines'>
  readonly registry: ProviderRegistry
  readonly states: SourceStateStore
  readonly settings: ScheduleSettings
  readonly book: ScheduleBook
  readonly readConfiguration: ReadConfiguration
  readonly news: Pick<WebhookNews, 'refresh'>
  /** The source actions of a pipeline that webhooks tell of changes. */
  readonly webhookActions: (pipelineName: string) => Promise<readonly string[]>
  readonly log: Logger
}

const pageSize = 200

export class SourceWatch {
  /** What a pipeline was like when its rows were last looked at. */
  private readonly seen = new Map<string, string>()
  private readonly changed = new Set<string>()

  constructor(private readonly parts: SourceWatchParts) {}

  /** Something happened to a pipeline; refreshChanged looks whether its sources are concerned. */
  touch(pipelineName: string): void {
    this.changed.add(pipelineName)
  }

  /** Looks at the pipelines that were touched. */
  async refreshChanged(): Promise<void> {
    const names = [...this.changed]
    this.changed.clear()
    for (const name of names) await this.refresh(name)
  }

  /** Looks at every pipeline there is, and forgets those that are gone. */
  async refreshAll(): Promise<void> {
    await this.parts.news.refresh()
    const there = new Set<string>()
    for (let after: string | undefined; ; ) {
      const page = await this.parts.reads.pipelines(after, pageSize)
      for (const pipeline of page) {
        there.add(pipeline.name)
        await this.apply(pipeline)
      }
      after = page.at(-1)?.name
      if (page.length < pageSize) break
    }
    for (const name of await this.parts.states.pipelineNames()) if (!there.has(name)) await this.forget(name)
  }

  private async refresh(name: string): Promise<void> {
    const pipeline = await this.parts.reads.pipeline(name)
    if (pipeline) await this.apply(pipeline)
    else if (this.seen.has(name)) await this.forget(name)
  }

  private async forget(name: string): Promise<void> {
    this.seen.delete(name)
    await this.parts.states.replace(name, [])
  }

  private async apply(pipeline: Pipeline): Promise<void> {
    const told = pipeline.declaration.triggers ? await this.parts.webhookActions(pipeline.name) : []
    const state = `${pipeline.created} ${pipeline.version} ${JSON.stringify([pipeline.tags, told])}`
    if (this.seen.get(pipeline.name) === state) return
    const before = await this.parts.states.ofPipeline(pipeline.name)
    const now: SourceState[] = []
    for (const action of sourceActions(pipeline)) {
      const row = await this.rowFor(pipeline, action, before, told)
      if (row) now.push(row)
    }
    if (JSON.stringify(now) !== JSON.stringify(before)) await this.parts.states.replace(pipeline.name, now)
    this.seen.set(pipeline.name, state)
  }

  /** The row that a source action should have, or `undefined` when it is not polled. */
  private async rowFor(
    pipeline: Pipeline,
    action: ActionDeclaration,
    before: readonly SourceState[],
    told: readonly string[],
  ): Promise<SourceState | undefined> {
    const found = this.parts.registry.source(action.actionTypeId)
    if (!found) return undefined
    const key = await this.pollKey(found, pipeline, action, told)
    if (key === undefined) return undefined
    const schedule = scheduleText(this.parts.settings, pipeline, action.name, found.provider.schedule)
    const { problem } = this.parts.book.get(schedule, pipeline.name, action.name)
    if (problem)
      this.parts.log.warn('broken schedule', { pipelineName: pipeline.name, actionName: action.name, problem })
    const old = before.find((row) => row.actionName === action.name)
    if (old?.pollKey === key && old.schedule === schedule) return notOfTheFuture(old, this.parts.clock.now())
    const { name: pipelineName } = pipeline
    const base = {
      pipelineName,
      actionName: action.name,
      schedule,
      pollKey: key,
      nextPoll: this.parts.clock.now(),
      failures: 0,
    }
    if (old?.pollKey === key && old.lastRevision) return { ...base, lastRevision: old.lastRevision }
    // Editing a pipeline starts nothing (X1): another source's first look is a new beginning.
    return old || pipeline.version > 1 ? { ...base, edited: true } : base
  }

  /** Equal for sources that one poll can answer; a hash, for configurations may hold secrets. `undefined`: not to be polled. */
  private async pollKey(
    found: { readonly plugin: string; readonly provider: SourceProvider },
    pipeline: Pipeline,
    action: ActionDeclaration,
    told: readonly string[],
  ): Promise<string | undefined> {
    const { plugin, provider } = found
    const configuration = sourceConfiguration(pipeline, action)
    let own = JSON.stringify(Object.entries(configuration).sort())
    try {
      const { values } = await this.parts.readConfiguration(provider, configuration, placeOf(pipeline, action))
      const polled = await contain(
        this.parts.clock,
        plugin,
        'polls()',
        2_000,
        () => provider.polls?.(values as never) ?? true,
      )
      // G5: who writes a trigger wants it to fire, and CodePipeline's own pipelines switch the default detection off then.
      if (!polled && (!hasTrigger(pipeline, action) || told.includes(action.name))) return undefined
      own =
        (await contain(this.parts.clock, plugin, 'pollKey()', 2_000, () => provider.pollKey?.(values as never))) ?? own
    } catch (error) {
      // The poll itself will fail in the same way, and be shown with the source.
      this.parts.log.debug('source configuration', {
        pipelineName: pipeline.name,
        actionName: action.name,
        problem: reason(error),
      })
    }
    // What triggers want to know, and since when, is each pipeline's own.
    const alone = changesWanted(pipeline, action) ? `\n${pipeline.name}\n${action.name}` : ''
    return createHash('sha256')
      .update(`${actionTypeKey(action.actionTypeId)}\n${own}${alone}`)
      .digest('hex')
      .slice(0, 32)
  }
}

/** While the server was down its clock may have been put back. */
function notOfTheFuture(state: SourceState, now: number): SourceState {
  if (state.lastPolled === undefined || state.lastPolled <= now) return state
  return { ...state, lastPolled: now, nextPoll: Math.min(state.nextPoll, now) }
}
