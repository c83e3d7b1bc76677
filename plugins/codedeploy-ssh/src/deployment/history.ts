/** What is known of a group from earlier deployments: each host's health and revision, and the last success. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileExistsBehavior } from '../appspec/model.js'
import type { RevisionState } from '../fleet/fleet.js'

interface HostRecord {
  readonly healthy: boolean
  /** Digest of the revision that it was last deployed to with success. */
  readonly digest?: string
  readonly deploymentId: string
}

export interface SuccessfulRevision {
  readonly deploymentId: string
  readonly digest: string
  readonly fileExistsBehavior: FileExistsBehavior
  /** Where its bundle is kept, for an automatic rollback. */
  readonly folder?: string
}

interface Records {
  readonly hosts: Readonly<Record<string, HostRecord>>
  readonly lastSuccessful?: SuccessfulRevision
}

export class GroupHistory {
  private constructor(
    private readonly folder: string,
    private records: Records,
  ) {}

  /** Reads it; a group that was never deployed to has none. */
  static async open(dataFolder: string, groupId: string): Promise<GroupHistory> {
    const folder = join(dataFolder, 'groups', groupId)
    try {
      return new GroupHistory(folder, JSON.parse(await readFile(join(folder, 'history.json'), 'utf8')) as Records)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !(error instanceof SyntaxError)) throw error
      return new GroupHistory(folder, { hosts: {} })
    }
  }

  get lastSuccessful(): SuccessfulRevision | undefined {
    return this.records.lastSuccessful
  }

  /** A host that nothing is known of counts as healthy. */
  isHealthy(host: string): boolean {
    return this.records.hosts[host]?.healthy ?? true
  }

  /** Compared with the revision that is about to be deployed. */
  revisionOf(host: string, digest: string): RevisionState {
    const record = this.records.hosts[host]
    if (record?.digest === undefined) return 'Unknown'
    return record.digest === digest ? 'Current' : 'Old'
  }

  /** Where a bundle of this deployment would be kept. */
  bundleFolder(deploymentId: string): string {
    return join(this.folder, deploymentId)
  }

  /** Keeps a host's result. A failed host's revision is unknown from then on. */
  async recordHost(host: string, deploymentId: string, digest: string, succeeded: boolean): Promise<void> {
    const record: HostRecord = { healthy: succeeded, deploymentId, ...(succeeded ? { digest } : {}) }
    await this.save({ ...this.records, hosts: { ...this.records.hosts, [host]: record } })
  }

  /** Keeps the last success, and deletes the bundle of the one before. */
  async recordSuccess(revision: SuccessfulRevision): Promise<void> {
    const before = this.records.lastSuccessful?.folder
    await this.save({ ...this.records, lastSuccessful: revision })
    if (before !== undefined && before !== revision.folder) await rm(before, { recursive: true, force: true })
  }

  private saving: Promise<void> = Promise.resolve()

  /** One at a time: several hosts end at once. */
  private save(records: Records): Promise<void> {
    this.records = records
    this.saving = this.saving.then(async () => {
      await mkdir(this.folder, { recursive: true })
      const file = join(this.folder, 'history.json')
      // A server that is about to die may be writing it too: each its own.
      const temporary = `${file}.${randomUUID()}.tmp`
      await writeFile(temporary, JSON.stringify(this.records))
      await rename(temporary, file)
    })
    return this.saving
  }
}
