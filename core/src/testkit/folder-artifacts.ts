import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { packFolder } from '../artifacts/pack.js'
import { unpack } from '../artifacts/unpack.js'
import type { Artifact } from '../domain/artifact.js'
import type { ArtifactAccess } from '../worker/artifact-access.js'

/** Artifacts as plain folders: inputs are a test's own, outputs are packed and unpacked for real so that a test can look in. */
export class FolderArtifacts implements ArtifactAccess {
  /** Where each output that was stored so far lies, by name. */
  readonly outputs: Record<string, string> = {}

  constructor(
    readonly inputs: Readonly<Record<string, string>>,
    readonly folder: string,
  ) {}

  async fetch(artifact: Artifact, folder: string): Promise<void> {
    const source = this.inputs[artifact.name]
    if (source === undefined) throw new Error(`no input "${artifact.name}" was given`)
    await cp(source, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  }

  async store(artifact: Artifact, folder: string, files: readonly string[] | undefined, scratch: string) {
    await mkdir(scratch, { recursive: true })
    const zip = join(scratch, `${artifact.name}.zip`)
    const target = join(this.folder, artifact.name)
    await rm(zip, { force: true })
    const { skipped, unmatched } = await packFolder(folder, zip, files ? { files } : {})
    await rm(target, { recursive: true, force: true })
    await unpack(zip, target)
    this.outputs[artifact.name] = target
    return [...unmatched.map((glob) => `nothing matches ${glob}`), ...skipped.map((path) => `left out: ${path}`)]
  }
}
