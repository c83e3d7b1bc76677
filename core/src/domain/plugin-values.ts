/** What plugins keep for themselves: values and blobs under names, a version with each. */

/** One name of one plugin: `value` (JSON text) or `blob`, never both. */
export interface PluginValue {
  readonly key: string
  /** Another one with each change, and never the same again. */
  readonly version: string
  /** Epoch milliseconds. */
  readonly modified: number
  readonly value?: string
  readonly blob?: PluginBlobReference
}

/** The blob that a name stands for. */
export interface PluginBlobReference {
  readonly id: string
  /** Bytes. */
  readonly size: number
}

/** A blob's row: its bytes lie in the artifact store, in parts of the same size but for the last one. */
export interface PluginBlob extends PluginBlobReference {
  readonly plugin: string
  readonly parts: number
  /** True once a name stands for it: nothing is added to it any more. */
  readonly isUsed: boolean
}

/** What is to be under a name. */
export type PluginContent = { readonly value: string } | { readonly blob: PluginBlobReference }

/** A change of one name. */
export interface PluginValueChange {
  readonly plugin: string
  readonly key: string
  /** The version that must be there; `null`: there must be none; absent: whatever is there. */
  readonly expected?: string | null
  readonly now: number
}

/** Which names to list, in the order of their UTF-8 bytes. */
export interface PluginValuePage {
  readonly prefix: string
  /** Only names behind this one. */
  readonly after?: string
  readonly limit: number
}

/** Where it is kept: the same on every server. */
export interface PluginValueStore {
  get(plugin: string, key: string): Promise<PluginValue | undefined>
  list(plugin: string, page: PluginValuePage): Promise<readonly PluginValue[]>
  /**
   * Checks and writes in one transaction; false when `expected` was not there, or the blob is gone. Once more with the
   * same version is the same as once: an answer may be lost on its way.
   */
  put(change: PluginValueChange & { readonly version: string; readonly content: PluginContent }): Promise<boolean>
  /** False when another version than `expected` is there. A name that is not there is deleted already. */
  delete(change: PluginValueChange): Promise<boolean>
  addBlob(plugin: string, id: string, now: number): Promise<void>
  blob(id: string): Promise<PluginBlob | undefined>
  /** Notes that a blob which no name stands for has grown; false when it is about to be removed. */
  growBlob(id: string, grown: { readonly parts: number; readonly size: number; readonly now: number }): Promise<boolean>
  /**
   * Finds blobs that no name has stood for since `before`: from now on none will, and their parts may be removed. The
   * first look only notes since when.
   */
  doomBlobs(span: {
    readonly before: number
    readonly now: number
    readonly limit: number
  }): Promise<readonly PluginBlob[]>
  /** After its parts were removed. */
  forgetBlob(id: string): Promise<void>
}
