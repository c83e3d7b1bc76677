/** What a host knows already. */
import { JobFailed } from '@penstock/core'
import { type Manifest, readManifest } from '../bundle/manifest.js'

export interface Probe {
  /** The deployment root, absolute. */
  readonly root: string
  /** Of this very deployment: nothing that could run yet, or a run that was started. */
  readonly state: 'none' | 'started'
  /** Digest -> deployment that holds a revision with it. */
  readonly revisions: ReadonlyMap<string, string>
  /** The host's clock, when it answered; milliseconds since the epoch. */
  readonly time?: number
  /** Other groups' folders on the host: `application/group installation`. */
  readonly owners: readonly string[]
  /** The last revision that was installed. */
  readonly last?: { readonly deploymentId: string; readonly digest: string }
}

/** Manifests by digest, shared by all hosts of a group: most have the same one. */
export type ManifestCache = Map<string, Manifest>

/** The lines of a host's answer. */
export class ProbeAnswer {
  private readonly fields: string[] = []
  private readonly manifest: string[] = []
  private inManifest = false

  line(line: string): void {
    if (this.inManifest) this.manifest.push(line)
    else if (line === 'manifest') this.inManifest = true
    else this.fields.push(line)
  }

  /**
   * Once it is complete. A manifest that is not in the cache yet is added to it.
   * Errors: JobFailed when the host cannot be deployed to.
   */
  read(host: string, cache: ManifestCache): Probe {
    const missing = this.values('missing')
    if (missing.length > 0)
      throw new JobFailed(`${host} lacks ${missing.join(', ')}: install coreutils, findutils, util-linux, awk and tar`)
    const [unwritable] = this.values('unwritable')
    if (unwritable !== undefined) {
      throw new JobFailed(
        `${host}: cannot write to ${unwritable}: set DeploymentRoot (or root) to a folder that the login may write to, or let it become root (become: sudo)`,
      )
    }
    const revisions = new Map<string, string>()
    const digests = new Map<string, string>()
    for (const value of this.values('revision')) {
      const [id = '', digest = ''] = value.split(' ')
      revisions.set(digest, id)
      digests.set(id, digest)
    }
    if (this.manifest.length > 0) {
      const found = readManifest(this.manifest.map((line) => `${line}\n`).join(''))
      if (found !== undefined) cache.set(found.digest, found)
    }
    const [last] = this.values('last')
    const digest = last === undefined ? undefined : digests.get(last)
    const [seconds] = this.values('time')
    return {
      root: this.values('root')[0] ?? '',
      state: (this.values('state')[0] ?? 'none') as Probe['state'],
      revisions,
      owners: this.values('owner'),
      ...(seconds === undefined ? {} : { time: Number(seconds) * 1000 }),
      ...(last === undefined || digest === undefined ? {} : { last: { deploymentId: last, digest } }),
    }
  }

  private values(name: string): string[] {
    return this.fields.filter((field) => field.startsWith(`${name} `)).map((field) => field.slice(name.length + 1))
  }
}
