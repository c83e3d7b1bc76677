import { copyFile, cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { unpack } from '../artifacts/unpack.js'
import type { Artifact } from '../domain/artifact.js'
import type { ArtifactAccess } from '../worker/artifact-access.js'
import { type Packing, withZip } from '../worker/with-zip.js'

/**
 * Artifacts as plain folders: inputs are a test's own, outputs are packed and unpacked for real so that a test can look in.
 * What was stored lies beside each as `NAME.zip`.
 */
export class FolderArtifacts implements ArtifactAccess {
  /** Where each output that was stored so far lies, by name. */
  readonly outputs: Record<string, string> = {}

  constructor(
    readonly inputs: Readonly<Record<string, string>>,
    readonly folder: string,
  ) {}

  async fetch(artifact: Artifact, folder: string): Promise<readonly string[]> {
    const source = this.inputs[artifact.name]
    if (source === undefined) throw new Error(`no input "${artifact.name}" was given`)
    await cp(source, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    return []
  }

  async store(artifact: Artifact, source: string, how: Packing, scratch: string, signal: AbortSignal) {
    const target = join(this.folder, artifact.name)
    return withZip(artifact, source, how, scratch, signal, async (zip) => {
      await rm(target, { recursive: true, force: true })
      await unpack(zip, target, { outwardLinks: 'keep' })
      await copyFile(zip, `${target}.zip`)
      this.outputs[artifact.name] = target
    })
  }
}
