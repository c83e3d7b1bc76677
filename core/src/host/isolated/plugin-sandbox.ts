import type { PluginPlace } from '../discover.js'
import type { PluginPermissions } from '../permissions.js'

/** A plugin whose process is to be enclosed. */
export interface EnclosedPlugin {
  readonly name: string
  readonly place: PluginPlace
  /** Its own, absolute; writable for it. */
  readonly dataFolder: string
  readonly permissions: PluginPermissions
}

/** How its process is started. */
export interface PluginEnclosure {
  /** What comes before Node and its arguments. */
  readonly command: readonly string[]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** What Node's own permission model may let it read and write; all else is not there anyway. */
  readonly readable: readonly string[]
  readonly writable: readonly string[]
  /** Lets the running process see and change a folder of a job, under its own path. */
  show(pid: number, folder: string): Promise<void>
  /** The job that has this folder is over. Never rejects. */
  hide(folder: string): Promise<void>
  /** The process is gone. Never rejects. */
  remove(): Promise<void>
}

/** Encloses plugins' processes; a worker or server has one. */
export interface PluginSandbox {
  /** Why none can be made on this machine, as a sentence that says what to do. */
  problem(): Promise<string | undefined>
  enclose(plugin: EnclosedPlugin): Promise<PluginEnclosure>
}
