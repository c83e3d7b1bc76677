/** Every hook there is. A tap that throws or never returns is contained and named on the page. `hook-catalogue.ts` says when each is told. */
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook } from 'tapable'
import type {
  ActionChangedEvent,
  ApprovalNeededEvent,
  ArtifactStoredEvent,
  BeforeActionEvent,
  ExecutionChangedEvent,
  PipelineChangedEvent,
  RevisionFoundEvent,
  StageChangedEvent,
  TransitionChangedEvent,
} from '../domain/hook-events.js'
import type { HookName } from './hook-names.js'
import type { GateOptions, TapOptions } from './tap-options.js'

export function createHooks() {
  return Object.freeze({
    /** All plugins are started and the port is open. */
    serverStart: new AsyncParallelHook<[{ readonly address: string }]>(['event']),
    serverStop: new AsyncParallelHook<[{ readonly reason: string }]>(['event']),
    /** A source saw something new; a tap may change the revision, or answer `undefined` to drop it. */
    revisionFound: new AsyncSeriesWaterfallHook<[RevisionFoundEvent | undefined]>(['event']),
    /** Before a job is handed to its worker; a string answered is the reason why it must not run. */
    beforeAction: new AsyncSeriesBailHook<[BeforeActionEvent], string>(['event']),
    pipelineChanged: new AsyncParallelHook<[PipelineChangedEvent]>(['event']),
    transitionChanged: new AsyncParallelHook<[TransitionChangedEvent]>(['event']),
    executionChanged: new AsyncParallelHook<[ExecutionChangedEvent]>(['event']),
    stageChanged: new AsyncParallelHook<[StageChangedEvent]>(['event']),
    actionChanged: new AsyncParallelHook<[ActionChangedEvent]>(['event']),
    artifactStored: new AsyncParallelHook<[ArtifactStoredEvent]>(['event']),
    approvalNeeded: new AsyncParallelHook<[ApprovalNeededEvent]>(['event']),
  } satisfies Record<HookName, unknown>)
}

export type Hooks = ReturnType<typeof createHooks>

/**
 * How plugins see the hooks: one function each, which taps it under the plugin's name. Events are frozen copies. No tapable types here.
 * @example
 * const hooks: PluginHooks = api.hooks
 * hooks.serverStart(({ address }) => api.log.info('open', { address }))
 */
export interface PluginHooks {
  serverStart(tap: Observer<{ readonly address: string }>, options?: TapOptions): void
  serverStop(tap: Observer<{ readonly reason: string }>, options?: TapOptions): void
  revisionFound(
    tap: (event: RevisionFoundEvent) => RevisionFoundEvent | undefined | Promise<RevisionFoundEvent | undefined>,
    options?: TapOptions,
  ): void
  beforeAction(
    tap: (event: BeforeActionEvent) => string | undefined | void | Promise<string | undefined | void>,
    options?: GateOptions,
  ): void
  pipelineChanged(tap: Observer<PipelineChangedEvent>, options?: TapOptions): void
  transitionChanged(tap: Observer<TransitionChangedEvent>, options?: TapOptions): void
  executionChanged(tap: Observer<ExecutionChangedEvent>, options?: TapOptions): void
  stageChanged(tap: Observer<StageChangedEvent>, options?: TapOptions): void
  actionChanged(tap: Observer<ActionChangedEvent>, options?: TapOptions): void
  artifactStored(tap: Observer<ArtifactStoredEvent>, options?: TapOptions): void
  approvalNeeded(tap: Observer<ApprovalNeededEvent>, options?: TapOptions): void
}

/**
 * A tap that only looks on.
 * @example
 * const log: Observer<{ readonly address: string }> = ({ address }) => api.log.info('open', { address })
 */
export type Observer<E> = (event: E) => void | Promise<void>
