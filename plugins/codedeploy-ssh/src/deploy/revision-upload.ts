/** The tar streams of one revision, prepared once for all hosts that need the same one. */
import type { Clock } from '@penstock/core'
import type { BundleContents } from '../bundle/contents.js'
import { FileHandles } from '../bundle/file-handles.js'
import { type Delta, deltaOf } from '../bundle/manifest.js'
import { SharedPieces } from '../bundle/shared-pieces.js'
import { TarPart, tarStream } from '../bundle/tar.js'
import { TarLayout } from '../bundle/tar-layout.js'
import { agentScript } from '../onhost/scripts.js'
import type { RevisionPlan } from '../plan/revision-plan.js'
import type { ByteSource } from '../shell/shell.js'
import {
  copiesFile,
  type DeploymentSettings,
  hooksFile,
  permissionsFile,
  removedFile,
  settingsFile,
} from './control-files.js'
import type { ManifestCache, Probe } from './probe.js'

/** What one host is sent. */
export interface Upload {
  /** The deployment on the host whose files are taken over; absent when everything is sent. */
  readonly base?: string
  readonly source: ByteSource
  /** Files and links that differ from the base's; all of the bundle's when there is no base. */
  readonly files: number
  /** The base is this very revision: not even a file has gone. */
  readonly unchanged: boolean
}

export class RevisionUpload {
  private readonly deltas = new Map<string, { readonly delta: Delta; readonly part: SharedPieces }>()
  private readonly files = new FileHandles()
  private full: SharedPieces | undefined
  private control: TarPart | undefined

  constructor(
    private readonly contents: BundleContents,
    private readonly plan: RevisionPlan,
    private readonly settings: DeploymentSettings,
    private readonly manifests: ManifestCache,
    private readonly clock: Clock,
  ) {
    manifests.set(contents.manifest.digest, contents.manifest)
  }

  /** Everything, or with `delta` only what the host lacks, when it has a revision that we know. */
  for(probe: Probe, delta: boolean): Upload {
    const base = delta ? this.baseOf(probe) : undefined
    if (base === undefined) {
      this.full ??= this.bundlePart('deployment-archive')
      const files = this.contents.entries.filter(({ kind }) => kind !== 'directory').length
      return { source: this.stream(probe.root, this.full), files, unchanged: false }
    }
    const { delta: found, part } = this.deltaFrom(base.digest)
    const unchanged = base.digest === this.contents.manifest.digest
    return { base: base.id, source: this.stream(probe.root, part, base.id, found), files: found.changed, unchanged }
  }

  /** The same revision when the host still has it (a rollback sends nothing), else the last one. */
  private baseOf(probe: Probe): { readonly id: string; readonly digest: string } | undefined {
    const { digest } = this.contents.manifest
    const same = probe.revisions.get(digest)
    if (same !== undefined) return { id: same, digest }
    if (probe.last === undefined || !this.manifests.has(probe.last.digest)) return undefined
    return { id: probe.last.deploymentId, digest: probe.last.digest }
  }

  private deltaFrom(digest: string) {
    const known = this.deltas.get(digest)
    if (known !== undefined) return known
    const from = this.manifests.get(digest)
    if (from === undefined) throw new Error(`no manifest ${digest}`)
    const delta = deltaOf(from, this.contents.manifest)
    const made = { delta, part: this.bundlePart('incoming', delta.send) }
    this.deltas.set(digest, made)
    return made
  }

  /** Once nobody sends any more. */
  close(): void {
    this.files.close()
  }

  private bundlePart(prefix: string, only?: ReadonlySet<string>): SharedPieces {
    return new SharedPieces(new TarLayout(this.contents, prefix, this.files, only), this.clock)
  }

  private stream(root: string, bundle: SharedPieces, base?: string, delta?: Delta): ByteSource {
    this.control ??= this.controlPart()
    const own = new TarPart()
    own.addText('run/settings.sh', settingsFile(this.settings, this.plan, root, base))
    if (delta !== undefined) {
      own.addText('run/removed.sh', removedFile(delta.remove))
      own.addText('run/reused.sha256', delta.reuse.map((entry) => `${entry.content}  ./${entry.path}\n`).join(''))
    }
    const last = new TarPart()
    last.addText('run/complete', '')
    return tarStream(this.control, own, bundle, last)
  }

  private controlPart(): TarPart {
    const part = new TarPart()
    for (const folder of ['deployment-archive', 'logs']) part.addDirectory(folder, 0o755)
    part.addDirectory('run', 0o700)
    part.addText('run/agent.sh', agentScript())
    part.addText('run/copies.sh', copiesFile(this.plan))
    part.addText('run/permissions.sh', permissionsFile(this.plan))
    part.addText('run/hooks.sh', hooksFile(this.plan))
    part.addText('run/digest', `${this.contents.manifest.digest}\n`)
    part.addText('run/manifest', this.contents.manifest.text)
    return part
  }
}
