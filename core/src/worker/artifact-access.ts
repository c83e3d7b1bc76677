import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { packFolder } from '../artifacts/pack.js'
import { unpack } from '../artifacts/unpack.js'
import type { Artifact, ArtifactStore } from '../domain/artifact.js'
import { JobFailed } from '../host/job-failed.js'

/** How a job gets at artifacts. Both calls may be repeated after a restart. */
export interface ArtifactAccess {
  /** Fetches and unpacks an artifact into `folder`, which appears whole or not at all. Zips are kept in `scratch` meanwhile. */
  fetch(artifact: Artifact, folder: string, scratch: string, signal: AbortSignal): Promise<void>
  /** Packs what `files` select of `folder` (all when absent) and stores it. Answers notes for the log. */
  store(
    artifact: Artifact,
    folder: string,
    files: readonly string[] | undefined,
    scratch: string,
    signal: AbortSignal,
  ): Promise<readonly string[]>
}

/** Artifacts as zips in a store. */
export class StoredArtifacts implements ArtifactAccess {
  constructor(readonly artifacts: ArtifactStore) {}

  async fetch(artifact: Artifact, folder: string, scratch: string, signal: AbortSignal): Promise<void> {
    const object = await this.artifacts.get(artifact.location)
    if (object === undefined) {
      const { bucket, key } = artifact.location
      throw new JobFailed(
        `input artifact "${artifact.name}" is not in the artifact store (s3://${bucket}/${key}): it was deleted, or its action never put it out`,
        'RevisionUnavailable',
      )
    }
    const zip = await scratchFile(scratch, `${artifact.name}.in.zip`)
    try {
      await pipeline(object.body, createWriteStream(zip, { mode: 0o600 }), { signal })
      await unpack(zip, folder, { signal })
    } finally {
      await rm(zip, { force: true })
    }
  }

  async store(
    artifact: Artifact,
    folder: string,
    files: readonly string[] | undefined,
    scratch: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const zip = await scratchFile(scratch, `${artifact.name}.out.zip`)
    try {
      const { skipped, unmatched } = await packFolder(folder, zip, { ...(files ? { files } : {}), signal })
      const { size } = await stat(zip)
      await this.artifacts.put(artifact.location, createReadStream(zip))
      return [
        ...unmatched.map((glob) => `output artifact "${artifact.name}": nothing matches ${glob}`),
        ...skipped.map((path) => `output artifact "${artifact.name}": ${path} is no file that a zip can hold`),
        `output artifact "${artifact.name}": ${size} bytes`,
      ]
    } finally {
      await rm(zip, { force: true })
    }
  }
}

/** A name in the scratch folder with nothing at it: a killed server may have left half a zip there. */
async function scratchFile(scratch: string, name: string): Promise<string> {
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const path = join(scratch, name)
  await rm(path, { force: true })
  return path
}
