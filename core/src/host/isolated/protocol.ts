/** What the host and a plugin's own process say to each other. All of it is JSON. */
import type { Principal } from '../../domain/access.js'
import type { ActionJob } from '../action-job.js'
import type { ActionTypeDeclaration } from '../action-type-declaration.js'
import type { Contribution } from '../contributions/declared.js'
import type { PluginPlace } from '../discover.js'
import type { HookName } from '../hook-names.js'
import type { Manifest } from '../manifest.js'
import type { PluginPermissions } from '../permissions.js'
import type { JsonSchema, Notification, NotificationDelivery } from '../plugin.js'
import type { ExecOptions } from '../provider-context.js'
import type { RuleProvider } from '../rule-provider.js'
import type { GateOptions } from '../tap-options.js'

/** `load`: host to plugin. */
export interface LoadRequest {
  readonly place: PluginPlace
  readonly manifest?: Manifest
  /** What the process refuses by name, before the system does; absent where it may do everything. */
  readonly guarded?: GuardedBy
}

/** The permissions of a plugin, and where they are asked for and granted. */
export interface GuardedBy {
  readonly permissions: PluginPermissions
  /** Such as `plugins.hello` of penstock.yaml. */
  readonly section: string
  /** True for a plugin with a package.json. */
  readonly hasManifest: boolean
}

/** What definePlugin was given, without the code. */
export interface LoadAnswer {
  readonly name: string
  readonly apiVersion: string
  readonly configSchema?: JsonSchema
}

/** `register`: host to plugin. */
export interface RegisterRequest {
  readonly config: unknown
  readonly dataFolder: string
  /** Who the plugin is when it calls operations; absent where there is no server to be asked. */
  readonly principal?: Principal
}

/** The optional functions that a provider has: only these are asked for. */
export interface ProviderFunctions {
  readonly validate: boolean
  readonly latestRevision: boolean
  readonly polls: boolean
  readonly pollKey: boolean
  readonly changesSince: boolean
}

/** An action's or source's declaration without its functions. */
export type DeclaredAction = Omit<ActionTypeDeclaration, 'validate'> & {
  readonly functions: ProviderFunctions
  /** Of a source. */
  readonly schedule?: string
}

/** A rule's declaration without its function. */
export type DeclaredRule = Omit<RuleProvider, 'run'>

/** A tap without its function. */
export interface DeclaredTap {
  readonly hook: HookName
  readonly options?: GateOptions
}

/** A notifier without its functions. */
export interface DeclaredNotifier {
  readonly name: string
  readonly receivers: boolean
}

/** Everything that register() declared, in order: a place in a list is what later calls name it by. */
export interface RegisterAnswer {
  readonly actions: readonly DeclaredAction[]
  readonly rules: readonly DeclaredRule[]
  readonly notifiers: readonly DeclaredNotifier[]
  readonly secretStores: readonly string[]
  readonly taps: readonly DeclaredTap[]
  readonly contributions: readonly DeclaredContribution[]
}

/** A contribution without its functions. */
export type DeclaredContribution = Contribution

/** `contribute`: host to plugin, a call of one of its functions; of a form, `submit`. */
export interface ContributionCall {
  readonly place: number
  readonly method: 'show' | 'run' | 'list' | 'submit'
  readonly form?: string
  readonly args: readonly unknown[]
}

/** `run`: host to plugin. `scope` is what the context's calls are made under. */
export interface RunRequest {
  readonly scope: number
  readonly kind: 'action' | 'rule'
  readonly place: number
  readonly job: ActionJob<unknown>
  readonly workspace: string
  readonly targets: boolean
}

/** A source's poll: `latestRevision` or `changesSince`, host to plugin. `args` are the call's without the context. */
export interface PollRequest {
  readonly scope: number
  readonly place: number
  readonly method: 'latestRevision' | 'changesSince'
  readonly args: readonly unknown[]
}

/** `ask`: a provider's short question about a configuration. */
export interface AskRequest {
  readonly place: number
  readonly method: 'validate' | 'polls' | 'pollKey'
  readonly configuration: unknown
}

/** `notify` and `receivers`: host to plugin; `delivery` is for `notify` alone. */
export interface NotifyRequest {
  readonly place: number
  readonly notification: Notification
  readonly delivery?: NotificationDelivery
}

/** `context`: a JobContext's or PollContext's call, plugin to host. */
export interface ContextCall {
  readonly scope: number
  readonly method: ContextMethod
  readonly args: readonly unknown[]
}

export const contextMethods = [
  'input',
  'output',
  'exec',
  'checkpoint',
  'progress',
  'targets',
  'testReport',
  'sleep',
  'jobApi',
  'reported',
  'http',
] as const
export type ContextMethod = (typeof contextMethods)[number]

/** ExecOptions without its function: the number that its lines are told under, where there is one. */
export interface WireExecOptions extends Omit<ExecOptions, 'onLine'> {
  readonly lines?: number
}

/** `lines`: host to plugin, what a step printed. */
export interface LinesNote {
  readonly number: number
  readonly lines: readonly string[]
}

/** A request's body of bytes, as JSON has none. */
export interface WireBytes {
  readonly base64: string
}
