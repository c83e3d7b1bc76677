import { defined } from '@penstock/core'
import type { Reader } from './reader.js'

/** A buildspec's `artifacts`, one of its `secondary-artifacts`, or the files of a report group. */
export interface ArtifactSpec {
  readonly files: readonly string[]
  /** Relative to the build's folder; a pattern means the contents of all folders that match. */
  readonly baseDirectory: string
  readonly excludePaths: readonly string[]
  /** All files side by side, without their folders. */
  readonly discardPaths: boolean
  /** What the artifact calls itself; a pipeline's artifacts have their names from the pipeline. */
  readonly name?: string
}

/** Errors: JobFailed ConfigurationError, naming the key. */
export function readArtifacts(map: Reader): ArtifactSpec {
  const files = map.texts('files')
  if (files.length === 0) throw map.wrong('files', undefined, "globs, such as '**/*'")
  // Links are kept as links whatever it says, and there is no bucket of one's own to have a prefix in.
  map.flag('enable-symlinks')
  map.text('s3-prefix')
  map.oneOf('type', ['zip', 'ZIP', 'none', 'NONE'])
  return {
    files,
    baseDirectory: map.text('base-directory') ?? '',
    excludePaths: map.texts('exclude-paths'),
    discardPaths: map.flag('discard-paths') ?? false,
    ...defined({ name: map.text('name') }),
  }
}
