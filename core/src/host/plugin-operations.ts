/** What a plugin in a process of its own may ask the server for, and as whom. */
import type { ManagedPolicy, PolicyDocument, Principal } from '../domain/access.js'

/** The policies of `operations:` in a plugin's section of penstock.yaml. */
export type PluginGrant = readonly (ManagedPolicy | PolicyDocument)[]

/** A plugin and what the operator granted it; without a grant it may read what is its own. */
export interface GrantedPlugin {
  readonly name: string
  readonly granted?: PluginGrant
}

/** The way from such a plugin to the operations. A worker has none. */
export interface PluginOperations {
  /** Who a plugin in a process of its own is, to policies and in the audit log. */
  principalOf(plugin: GrantedPlugin): Principal
  /** The same for one inside the server, which is trusted with everything. */
  principalInside(name: string): Principal
  /** Calls an operation by its method's name, such as `getPipeline`. Errors: Faults; an Error when there is none. */
  call(plugin: GrantedPlugin, method: string, input: unknown): Promise<unknown>
}
