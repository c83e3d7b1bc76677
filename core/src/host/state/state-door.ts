/** How a plugin's state is reached, wherever the plugin runs: in this process, over a channel, over a network. */
import type { PluginContent, PluginValue } from '../../domain/plugin-values.js'

/** Bytes of a blob's part; its last one may be shorter. */
export const partSize = 2 * 1024 * 1024

/**
 * One plugin's state. Plain data but for the bytes; every call may be made again when its answer was lost.
 * Errors: Faults (ConflictException, ValidationException).
 * @example
 * const read = async (door: StateDoor) => (await door.get('seen'))?.value
 */
export interface StateDoor {
  get(key: string): Promise<PluginValue | undefined>
  list(page: DoorPage): Promise<readonly PluginValue[]>
  put(change: DoorChange & { readonly version: string; readonly content: PluginContent }): Promise<void>
  delete(change: DoorChange): Promise<void>
  /** Begins a blob, under an id that the caller made (a UUID). */
  beginBlob(id: string): Promise<void>
  /** Adds part `part` (from 0), each in its turn; all but the last are of `partSize`. */
  writePart(id: string, part: number, bytes: Uint8Array): Promise<void>
  readPart(id: string, part: number): Promise<Uint8Array>
}

/**
 * Which names; see StatePage.
 * @example
 * const page: DoorPage = { prefix: 'seen/', limit: 100 }
 */
export interface DoorPage {
  readonly prefix?: string
  readonly after?: string
  readonly limit?: number
}

/**
 * What is to change, and what must be there for it.
 * @example
 * const change: DoorChange = { key: 'seen', expected: null }
 */
export interface DoorChange {
  readonly key: string
  readonly expected?: string | null
}

export const stateMethods = [
  'get',
  'list',
  'put',
  'delete',
  'beginBlob',
  'writePart',
  'readPart',
] as const satisfies readonly (keyof StateDoor)[]
