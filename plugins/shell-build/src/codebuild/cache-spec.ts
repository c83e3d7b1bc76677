import { defined } from '@penstock/core'
import type { Reader } from './reader.js'

/** A buildspec's `cache`: what one build leaves for the next. */
export interface CacheSpec {
  /** Globs, relative to the build's folder. */
  readonly paths: readonly string[]
  /** May hold shell expressions, `$(codebuild-hash-files FILE)` among them. */
  readonly key?: string
  /** Beginnings of keys that will do when there is none of the key itself; the first that fits. */
  readonly fallbackKeys: readonly string[]
  readonly restores: boolean
  readonly saves: boolean
}

/** Errors: JobFailed ConfigurationError, naming the key. */
export function readCache(cache: Reader): CacheSpec {
  const action = cache.oneOf('action', ['RESTORE', 'SAVE'])
  return {
    paths: cache.texts('paths'),
    fallbackKeys: cache.texts('fallback-keys'),
    restores: action !== 'SAVE',
    saves: action !== 'RESTORE',
    ...defined({ key: cache.text('key') }),
  }
}
