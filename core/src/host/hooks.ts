/** Every hook there is. A tap that throws or never returns is contained and named on the page. */
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook } from 'tapable'
import type {
  ActionChangedEvent,
  ApprovalNeededEvent,
  ArtifactStoredEvent,
  BeforeActionEvent,
  ExecutionChangedEvent,
  RevisionFoundEvent,
} from '../domain/hook-events.js'
import type { HookName } from './hook-names.js'

export function createHooks() {
  return Object.freeze({
    /** All plugins are started and the port is open. */
    serverStart: new AsyncParallelHook<[{ readonly address: string }]>(['event']),
    serverStop: new AsyncParallelHook<[{ readonly reason: string }]>(['event']),
    /** A source saw something new; a tap may change the revision, or answer `undefined` to drop it. */
    revisionFound: new AsyncSeriesWaterfallHook<[RevisionFoundEvent | undefined]>(['event']),
    /** Before a job is handed to its worker; a string answered is the reason why it must not run. */
    beforeAction: new AsyncSeriesBailHook<[BeforeActionEvent], string>(['event']),
    executionChanged: new AsyncParallelHook<[ExecutionChangedEvent]>(['event']),
    actionChanged: new AsyncParallelHook<[ActionChangedEvent]>(['event']),
    artifactStored: new AsyncParallelHook<[ArtifactStoredEvent]>(['event']),
    approvalNeeded: new AsyncParallelHook<[ApprovalNeededEvent]>(['event']),
  } satisfies Record<HookName, unknown>)
}

export type Hooks = ReturnType<typeof createHooks>

/**
 * How plugins see the hooks: one function each, which taps it under the plugin's name. No tapable types here.
 * @example
 * const hooks: PluginHooks = api.hooks
 * hooks.serverStart(({ address }) => api.log.info('open', { address }))
 */
export interface PluginHooks {
  serverStart(tap: (event: { readonly address: string }) => void | Promise<void>): void
  serverStop(tap: (event: { readonly reason: string }) => void | Promise<void>): void
  revisionFound(
    tap: (event: RevisionFoundEvent) => RevisionFoundEvent | undefined | Promise<RevisionFoundEvent | undefined>,
  ): void
  beforeAction(tap: (event: BeforeActionEvent) => string | undefined | void | Promise<string | undefined | void>): void
  executionChanged(tap: (event: ExecutionChangedEvent) => void | Promise<void>): void
  actionChanged(tap: (event: ActionChangedEvent) => void | Promise<void>): void
  artifactStored(tap: (event: ArtifactStoredEvent) => void | Promise<void>): void
  approvalNeeded(tap: (event: ApprovalNeededEvent) => void | Promise<void>): void
}
