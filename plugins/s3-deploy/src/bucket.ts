import type { JobContext } from '@penstock/core'

/** What an object is to be stored with. */
export interface ObjectOptions {
  readonly contentType: string
  readonly cacheControl?: string
  readonly cannedAcl?: string
  readonly kmsKey?: string
}

/** A bucket that is deployed to. */
export interface Bucket {
  /** What of the options, and which key, it cannot honour; each a sentence that names the property. */
  problems(keys: readonly string[], options: Omit<ObjectOptions, 'contentType'>): readonly string[]
  /** Stores a file under a key, whole or not at all. Errors: JobFailed naming bucket and key; the signal's. */
  put(key: string, file: string, options: ObjectOptions): Promise<void>
  /** Lets connections go. */
  close(): void
}

/** Where buckets are. */
export interface Buckets {
  /** `undefined` where there is no such bucket. */
  find(name: string, ctx: JobContext): Promise<Bucket | undefined>
}
