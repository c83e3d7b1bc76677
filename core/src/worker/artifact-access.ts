import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { UnpackOptions } from '../artifacts/unpack.js'
import type { Artifact, ArtifactStore } from '../domain/artifact.js'
import { missingArtifact } from './missing-artifact.js'
import { fromZip, type Packing, withZip } from './with-zip.js'

/** How an input is unpacked. */
export interface FetchOptions extends Pick<UnpackOptions, 'outwardLinks'> {
  readonly signal: AbortSignal
}

/** How a job gets at artifacts. Both calls may be repeated after a restart. */
export interface ArtifactAccess {
  /**
   * Fetches and unpacks an artifact into `folder`, which appears whole or not at all. Zips are kept in `scratch` meanwhile.
   * Answers notes for the log.
   */
  fetch(artifact: Artifact, folder: string, scratch: string, options: FetchOptions): Promise<readonly string[]>
  /** Stores a folder packed, or a zip as it is. Answers notes for the log. */
  store(
    artifact: Artifact,
    source: string,
    how: Packing,
    scratch: string,
    signal: AbortSignal,
  ): Promise<readonly string[]>
}

/** Artifacts as zips in a store. */
export class StoredArtifacts implements ArtifactAccess {
  constructor(readonly artifacts: ArtifactStore) {}

  async fetch(artifact: Artifact, folder: string, scratch: string, options: FetchOptions): Promise<readonly string[]> {
    const object = await this.artifacts.get(artifact.location)
    if (object === undefined) throw missingArtifact(artifact)
    return fromZip(artifact, folder, scratch, options, (zip) =>
      pipeline(object.body, createWriteStream(zip, { mode: 0o600 }), options),
    )
  }

  async store(
    artifact: Artifact,
    source: string,
    how: Packing,
    scratch: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    return withZip(artifact, source, how, scratch, signal, (zip) => this.put(zip, artifact))
  }

  /** Opened here, so that a store that gives up before it reads leaves no stream behind that nobody listens to. */
  private async put(zip: string, { location }: Artifact): Promise<void> {
    const file = await open(zip)
    try {
      await this.artifacts.put(location, file.createReadStream({ highWaterMark: 256 * 1024 }))
    } finally {
      await file.close()
    }
  }
}
