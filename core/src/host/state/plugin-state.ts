import { Fault, isFault } from '../../domain/faults.js'

/**
 * What a plugin keeps for itself: JSON values and blobs under names of its own. The same on every server of an
 * installation, for plugins in processes of their own, and on remote workers (there for plugins with an action type that the
 * worker may take). What a machine keeps for itself alone goes into `api.dataFolder`.
 * @example
 * interface Group {
 *   readonly lastRevision: string
 * }
 * const group = await api.state.get<Group>('groups/web')
 * if (group) await api.state.put('groups/web', { lastRevision: 'f00' }, { expected: group.version })
 */
export interface PluginState {
  /** `undefined` when there is no such name. Errors: ValidationException when there is a blob under it. */
  get<T = unknown>(key: string): Promise<StateValue<T> | undefined>
  /**
   * Writes a value of at most 256 KiB of JSON, over a blob too; answers its version.
   * Errors: a Fault that `isStateConflict` knows; ValidationException.
   */
  put(key: string, value: unknown, condition?: StateCondition): Promise<string>
  /**
   * Reads, changes and writes until nobody came between; answers the new value. `change` may be called several times, gets
   * `undefined` when there is none, and does nothing else.
   * @example
   * await api.state.update<number>('count', (count = 0) => count + 1)
   */
  update<T>(key: string, change: (value: T | undefined) => T): Promise<T>
  /** Values and blobs alike; what is not there is deleted already. Errors: as `put`. */
  delete(key: string, condition?: StateCondition): Promise<void>
  /** What is there, in the order of the names' UTF-8 bytes; values included, blobs by their size. */
  list(page?: StatePage): Promise<readonly StateEntry[]>
  /**
   * Writes a blob of at most 1 GiB, whole or not at all, over a value too; answers its version.
   * Errors: as `put`; the stream's own.
   */
  putBlob(key: string, content: BlobContent, condition?: StateCondition): Promise<string>
  /**
   * `undefined` when there is no such name. A blob that is replaced can be read on for an hour.
   * Errors: ValidationException when there is a value under it.
   */
  getBlob(key: string): Promise<StateBlob | undefined>
}

/**
 * What must be there for a change to be made.
 * @example
 * const onlyOnce: StateCondition = { expected: null }
 */
export interface StateCondition {
  /** The version that was read; `null`: nothing may be there. Absent: whatever is there. */
  readonly expected?: string | null | undefined
}

/**
 * Which names to list.
 * @example
 * const groups: StatePage = { prefix: 'groups/', limit: 100 }
 */
export interface StatePage {
  /** Only names that begin so. */
  readonly prefix?: string
  /** Only names behind this one: the last of the page before. */
  readonly after?: string
  /** 1 to 1000; 100 when absent. */
  readonly limit?: number
}

/**
 * A value, and how to change it without writing over somebody else's change.
 * @example
 * const isOld = (entry: StateValue, now: number) => entry.modified < now - 86_400_000
 */
export interface StateValue<T = unknown> {
  readonly value: T
  /** Another one with each change. */
  readonly version: string
  /** Epoch milliseconds. */
  readonly modified: number
}

/**
 * What stands under a name: `value`, or the `size` of its blob in bytes.
 * @example
 * const isBlob = (entry: StateEntry) => entry.size !== undefined
 */
export interface StateEntry {
  readonly key: string
  readonly version: string
  readonly modified: number
  readonly value?: unknown
  readonly size?: number
}

/**
 * What a blob is made of.
 * @example
 * const content: BlobContent = 'a bundle'
 * await api.state.putBlob('bundles/web', content)
 */
export type BlobContent = Uint8Array | string | AsyncIterable<Uint8Array | string>

/**
 * A blob; each reading of `body` begins at its first byte.
 * @example
 * const bundle: StateBlob | undefined = await api.state.getBlob('bundles/web')
 * if (bundle) for await (const bytes of bundle.body) ctx.log.line(`${bytes.length} bytes`)
 */
export interface StateBlob {
  readonly version: string
  readonly modified: number
  /** Bytes. */
  readonly size: number
  readonly body: AsyncIterable<Uint8Array>
}

/** Another version was there than the one expected. */
export function stateConflict(key: string): Fault {
  return new Fault('ConflictException', `'${key}' has another version than the one expected: read it again`)
}

/**
 * True when a change was not made because another one came first: read, and try again.
 * @example
 * await api.state.put('lock', 'mine', { expected: null }).catch((error) => {
 *   if (!isStateConflict(error)) throw error
 * })
 */
export function isStateConflict(error: unknown): boolean {
  return isFault(error) && error.code === 'ConflictException'
}
