/** What a plugin in a process of its own may ask the server for, and as whom. */
import type { ManagedPolicy, PolicyDocument, Principal } from '../domain/access.js'
import type { SourceService } from './services.js'

/** The policies of `operations:` in a plugin's section of penstock.yaml. */
export type PluginGrant = readonly (ManagedPolicy | PolicyDocument)[]

/** A plugin and what the operator granted it; without a grant it may read what is its own. */
export interface GrantedPlugin {
  readonly name: string
  readonly granted?: PluginGrant
}

/** What `api.server.sources.report` is given. */
export type ReportedRevision = Parameters<SourceService['report']>[0]

/** The way from such a plugin to the operations. A worker has none. */
export interface PluginOperations {
  /** Who a plugin in a process of its own is, to policies and in the audit log. */
  principalOf(plugin: GrantedPlugin): Principal
  /** The same for one inside the server, which is trusted with everything. */
  principalInside(name: string): Principal
  /**
   * What a plugin saw of one of its own sources, as a webhook would tell it.
   * Errors: an AccessDeniedException for an action that is not of the plugin's types; what SourceService.report throws.
   */
  report(plugin: GrantedPlugin, found: ReportedRevision): Promise<{ readonly pipelineExecutionId?: string }>
  /** Calls an operation by its method's name, such as `getPipeline`. Errors: Faults; an Error when there is none. */
  call(plugin: GrantedPlugin, method: string, input: unknown): Promise<unknown>
}
