import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '../domain/access.js'
import type { ArtifactStore } from '../domain/artifact.js'
import type { Notification } from '../domain/notification.js'
import type { ActionProvider } from './action-provider.js'
import type { PropertyDeclarations } from './action-type-declaration.js'
import type { Contribute } from './contributions/contributions.js'
import type { DeploymentService } from './deployment-service.js'
import type { PluginHooks } from './hooks.js'
import type { RuleProvider } from './rule-provider.js'
import type { ServiceProvider } from './service-provider.js'
import type { ServerServices } from './services.js'
import type { SourceProvider } from './source-provider.js'
import type { PluginState } from './state/plugin-state.js'

export type { Notification, NotificationKind } from '../domain/notification.js'

/**
 * The version of this API, apart from the product's. A plugin names the range it was written for (`^1.0`); an addition raises the minor, a break the major.
 * @example
 * console.log(`this server has plugin API ${API_VERSION}`)
 */
export const API_VERSION = '1.0.0'

/**
 * A JSON Schema (draft 2020-12), as data.
 * @example
 * const configSchema: JsonSchema = { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] }
 */
export type JsonSchema = Readonly<Record<string, unknown>>

const brand = Symbol.for('penstock.plugin')

/**
 * What definePlugin is given.
 * @example
 * const definition: PluginDefinition<{ readonly url: string }> = {
 *   name: 'ci', apiVersion: '^1.0', register: (api) => api.log.info(api.config.url),
 * }
 */
export interface PluginDefinition<C = Readonly<Record<string, unknown>>> {
  /** The package's name without `penstock-plugin-`. */
  readonly name: string
  /** A semver range that API_VERSION must satisfy, such as `^1.0`. */
  readonly apiVersion: string
  /** Checks the plugin's section of penstock.yaml before register is called. No configuration when absent. */
  readonly configSchema?: JsonSchema
  /** Declares, and does nothing else: no I/O, at most two seconds. */
  register(api: PluginApi<C>): void | Promise<void>
}

/**
 * What definePlugin made: a package's default export.
 * @example
 * const plugin: Plugin = definePlugin({ name: 'ci', apiVersion: '^1.0', register() {} })
 */
export interface Plugin<C = Readonly<Record<string, unknown>>> extends PluginDefinition<C> {
  readonly [brand]: true
}

/**
 * A plugin is what this returns, as a package's default export.
 * @example
 * export default definePlugin({
 *   name: 'hello',
 *   apiVersion: '^1.0',
 *   register(api) {
 *     api.log.info('here')
 *   },
 * })
 */
export function definePlugin<C = Readonly<Record<string, unknown>>>(definition: PluginDefinition<C>): Plugin<C> {
  return Object.assign(definition, { [brand]: true as const })
}

/**
 * True for what definePlugin made, in this or any other copy of the package.
 * @example
 * isPlugin(definePlugin({ name: 'ci', apiVersion: '^1.0', register() {} })) // true
 */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && brand in value
}

/**
 * The server's log, under the plugin's name.
 * @example
 * const log: Logger = api.log
 * log.warn('slow', { ms: 1200 })
 */
export interface Logger {
  debug(message: string, details?: Readonly<Record<string, unknown>>): void
  info(message: string, details?: Readonly<Record<string, unknown>>): void
  warn(message: string, details?: Readonly<Record<string, unknown>>): void
  error(message: string, details?: Readonly<Record<string, unknown>>): void
}

/**
 * Told of what happened; `message` is ready to be sent to people. The server keeps what is to be told and asks again, for a
 * day, until `notify` resolves: so it may come twice.
 * Errors of notify: why it could not be told, without secrets; a NotDeliverable when asking again would not help.
 * @example
 * const chat: Notifier = {
 *   name: 'chat',
 *   async notify({ subject }, delivery) {
 *     const headers = { 'idempotency-key': delivery?.id ?? '' }
 *     const { status } = await fetch('https://chat.example.com/hook', { method: 'POST', headers, body: subject })
 *     if (status !== 200) throw new Error(`chat.example.com answered ${status}`)
 *   },
 * }
 */
export interface Notifier {
  readonly name: string
  /**
   * Who would be told, by names that are no secrets; nobody when empty. Each is a delivery of its own, which is tried again
   * and shown by itself. Without this function `notify` gets everything, and decides.
   */
  receivers?(notification: Notification): readonly string[] | Promise<readonly string[]>
  /** Thirty seconds. */
  notify(notification: Notification, delivery?: NotificationDelivery): Promise<void>
}

/**
 * One notification on its way to one receiver.
 * @example
 * const again = ({ attempt, possibleDuplicate }: NotificationDelivery) => attempt > 1 && possibleDuplicate
 */
export interface NotificationDelivery {
  /** The same for every attempt: who gets it twice can tell. */
  readonly id: string
  /** One of those that `receivers` named, or nothing. */
  readonly receiver: string
  /** 1 for the first. */
  readonly attempt: number
  /** An earlier attempt may have arrived: a server was lost before it knew, or somebody asked for it again. */
  readonly possibleDuplicate: boolean
  /** When it happened, epoch milliseconds. */
  readonly created: number
}

/**
 * Thrown by `notify` when asking again would not help: the receiver is gone for good, or the address is none.
 * @example
 * throw new NotDeliverable('chat.example.com answered 410: the hook is gone')
 */
export class NotDeliverable extends Error {
  override readonly name = 'NotDeliverable'
}

/**
 * Gives secrets by name, for `{{secret:NAME}}` in configurations.
 * @example
 * const fromEnvironment: SecretStore = { name: 'environment', get: async (name) => process.env[`SECRET_${name}`] }
 */
export interface SecretStore {
  readonly name: string
  get(name: string): Promise<string | undefined>
}

/**
 * Answers one HTTP request. Node's own objects, so that any framework can be behind it.
 * @example
 * const hello: HttpHandler = (_request, response) => void response.end('hello')
 */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/**
 * Where a plugin answers HTTP.
 * @example
 * const mount: HttpMount = { prefix: '/hooks/ci', handle: (_request, response) => void response.end() }
 */
export interface HttpMount {
  /** `/`, or a path such as `/hooks`; the longest that fits wins, and `match` first of all. */
  readonly prefix: string
  /** Claims requests that no path tells apart, such as CodePipeline's `POST /` with its target header. */
  match?(request: IncomingMessage): boolean
  readonly handle: HttpHandler
}

/**
 * All that a plugin can reach while it registers.
 * @example
 * function register(api: PluginApi<{ readonly token: string }>) {
 *   api.onStart(() => api.log.info('started'))
 * }
 */
export interface PluginApi<C = Readonly<Record<string, unknown>>> {
  /** The plugin's section of penstock.yaml, checked, with defaults. */
  readonly config: C
  readonly log: Logger
  /** What the plugin keeps, the same on every server. */
  readonly state: PluginState
  /** A folder of the plugin's own below this machine's data folder; made when first used. Other servers have another one. */
  readonly dataFolder: string
  readonly hooks: PluginHooks
  /**
   * Who the plugin is when it calls operations, to policies and in the audit log:
   * `api.server.operations.for(api.principal)`. Inside the server it may do everything; in a process of its own, what
   * `operations` in its section of penstock.yaml grants, or else read the pipelines that use its action types.
   */
  readonly principal: Principal
  /** In a process of its own only the operations are there. */
  readonly server: ServerServices
  /**
   * A named secret for the plugin's own work, such as a host's password in its section of penstock.yaml; `undefined` when no
   * store has it. A job asks its context. Absent in a process of its own.
   * Errors: the secret is for certain pipelines only.
   * @example
   * const token = await api.secret?.('chat-token')
   */
  readonly secret?: (name: string) => Promise<string | undefined>
  provideAction<P extends PropertyDeclarations>(provider: ActionProvider<P>): void
  provideSource<P extends PropertyDeclarations>(provider: SourceProvider<P>): void
  provideRule<P extends PropertyDeclarations>(provider: RuleProvider<P>): void
  provideNotifier(notifier: Notifier): void
  provideSecretStore(store: SecretStore): void
  /** Answers for the deployments that the plugin does. */
  provideDeployments(service: DeploymentService): void
  provideArtifactStore(name: string, store: ArtifactStore): void
  /** A service of the plugin's own on the server's port, for clients that sign for its name. */
  provideService(service: ServiceProvider): void
  mount(mount: HttpMount): void
  /** Panels and pages of the console, verbs of the command line, lists of values in forms: the host draws them, and knows who asks. */
  readonly contribute: Contribute
  /** Called once all plugins are registered; ten seconds. */
  onStart(start: () => void | Promise<void>): void
  /** Called in reverse order of starting; ten seconds. */
  onStop(stop: () => void | Promise<void>): void
}
