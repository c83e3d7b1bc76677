import type { Reader } from './reader.js'

/** A buildspec's `artifacts`, or one of its `secondary-artifacts`. */
export interface ArtifactSpec {
  readonly files: readonly string[]
  /** Relative to the primary source. */
  readonly baseDirectory: string
  readonly excludePaths: readonly string[]
  /** All files side by side, without their folders. */
  readonly discardPaths: boolean
}

/** Errors: JobFailed ConfigurationError, naming the key. */
export function readArtifacts(map: Reader): ArtifactSpec {
  const files = map.list('files')
  if (files.length === 0) throw map.wrong('files', map.value('files'), "globs, such as '**/*'")
  // The artifact's own name is CodePipeline's to give, and links are always kept.
  map.value('name')
  map.value('enable-symlinks')
  return {
    files,
    baseDirectory: String(map.value('base-directory') ?? ''),
    excludePaths: map.list('exclude-paths'),
    discardPaths: map.flag('discard-paths'),
  }
}
