/**
 * A zip object in the artifact bucket, as input and output names refer to it.
 * @example
 * const at: ArtifactLocation = { bucket: 'codepipeline-us-east-1-0000000000', key: 'site/Code/abc' }
 */
export interface ArtifactLocation {
  readonly bucket: string
  readonly key: string
}

/**
 * An artifact of one execution: a name, where its object lies, and the revision it came from.
 * @example
 * const code: Artifact = { name: 'Code', location: { bucket: 'b', key: 'site/Code/abc' }, revisionId: 'f00' }
 */
export interface Artifact {
  readonly name: string
  readonly location: ArtifactLocation
  readonly revisionId?: string
}

/**
 * `PIPELINE/ARTIFACT/RANDOM`, the names cut at 20 and 10 characters as CodePipeline cuts them.
 * @example
 * artifactKey('site', 'Code', '0b1e7c1a-9d0f-4f56-8a3c-9f7f5a1f2d11')
 */
export function artifactKey(pipelineName: string, artifactName: string, random: string): string {
  return `${pipelineName.slice(0, 20)}/${artifactName.slice(0, 10)}/${random.replaceAll('-', '').slice(-16)}`
}

/**
 * What is known of an object without reading it.
 * @example
 * const object: StoredObject | undefined = await api.server.artifacts.head({ bucket: 'b', key: 'k' })
 */
export interface StoredObject {
  readonly size: number
  /** MD5 in hexadecimal, or the multipart form, unquoted. */
  readonly etag: string
  /** Epoch milliseconds. */
  readonly modified: number
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * What of a bucket to list.
 * @example
 * const firstOfSite: ListOptions = { prefix: 'site/', limit: 10 }
 */
export interface ListOptions {
  /** Only keys that begin so. */
  readonly prefix?: string
  /** Only keys behind this one, in the order of their UTF-8 bytes; no object need have it. */
  readonly after?: string
  /** How many at most; 1,000 when absent. */
  readonly limit?: number
}

/**
 * An object of a listing: without its metadata.
 * @example
 * const bytes = (objects: readonly ListedObject[]) => objects.reduce((sum, { size }) => sum + size, 0)
 */
export interface ListedObject extends Omit<StoredObject, 'metadata'> {
  readonly key: string
}

/**
 * Where artifact objects live: files by default, any S3-compatible store when configured.
 * @example
 * const store: ArtifactStore = api.server.artifacts
 * await store.delete({ bucket: 'b', key: 'k' })
 */
export interface ArtifactStore {
  /**
   * Stores the stream whole or not at all. `etag`, when given, may be kept as the object's instead of the content's MD5,
   * which then need not be worked out. Errors: ENOSPC as ArtifactStoreFull.
   */
  put(
    at: ArtifactLocation,
    body: NodeJS.ReadableStream,
    metadata?: Readonly<Record<string, string>>,
    options?: { readonly etag?: string },
  ): Promise<StoredObject>
  /** `undefined` when there is no such object. `range` is inclusive at both ends, in bytes. */
  get(
    at: ArtifactLocation,
    range?: { readonly start: number; readonly end: number },
  ): Promise<(StoredObject & { readonly body: NodeJS.ReadableStream }) | undefined>
  head(at: ArtifactLocation): Promise<StoredObject | undefined>
  delete(at: ArtifactLocation): Promise<void>
  /** Objects of a bucket in the order of their keys' UTF-8 bytes. A store without it serves no listing and no upload in parts. */
  readonly list?: ((bucket: string, options?: ListOptions) => Promise<readonly ListedObject[]>) | undefined
  /** Why a bucket cannot be used now, in words; `undefined` when it can. Absent where that cannot be told. */
  problem?(bucket: string): Promise<string | undefined>
}
