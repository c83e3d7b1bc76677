/**
 * Buckets that keep versions, over any artifact store: what sources need that are uploaded instead of pushed. The newest
 * version lies where it would without versions, the older ones beside it, under keys that nobody else may have.
 */
import { randomBytes } from 'node:crypto'
import type { ArtifactLocation, ArtifactStore, ListedObject, StoredObject } from '../domain/artifact.js'

/**
 * Keys that begin so belong to what keeps the versions.
 * @example
 * const own = (key: string) => !key.startsWith(versionsPrefix)
 */
export const versionsPrefix = '.penstock-versions/'
const versionIdName = 'penstock-version-id'
/** When an older version was stored: beside the newer one lies a copy, which is younger. */
const storedName = 'penstock-version-stored'
const olderPrefix = `${versionsPrefix}objects/`
const bucketMark = `${versionsPrefix}bucket`
const versioningMark = `${versionsPrefix}versioning`

/**
 * An object's version; `null` names the one of an object that was stored while its bucket kept none, as in S3.
 * @example
 * const found: VersionedObject | undefined = await new ObjectVersions(api.server.artifacts).head({ bucket: 'b', key: 'k' })
 */
export interface VersionedObject extends StoredObject {
  readonly versionId: string
}

/**
 * One version in a listing.
 * @example
 * const newest = (versions: readonly ListedVersion[]) => versions.filter(({ isLatest }) => isLatest)
 */
export interface ListedVersion extends ListedObject {
  readonly versionId: string
  readonly isLatest: boolean
}

type Range = { readonly start: number; readonly end: number }

/**
 * The objects of buckets that were made, of which each may keep versions.
 * @example
 * const versions = new ObjectVersions(api.server.artifacts)
 * const older = await versions.get({ bucket: 'releases', key: 'app.zip' }, 'a version id')
 */
export class ObjectVersions {
  /** Objects that are being written: a version must not be lost between two writers. */
  private readonly writing = new Map<string, Promise<unknown>>()

  constructor(private readonly store: ArtifactStore) {}

  /** Makes a bucket be there although it is empty. Answers false when it was. */
  async create(bucket: string): Promise<boolean> {
    if (await this.isThere(bucket)) return false
    await this.mark(bucket, bucketMark, 'made')
    return true
  }

  async isThere(bucket: string): Promise<boolean> {
    return (await this.store.head({ bucket, key: bucketMark })) !== undefined
  }

  /** What somebody said last: `Suspended` keeps what there is, and adds nothing. `undefined`: nobody ever asked for versions. */
  async versioning(bucket: string): Promise<'Enabled' | 'Suspended' | undefined> {
    const mark = await this.store.head({ bucket, key: versioningMark })
    return mark?.metadata.status as 'Enabled' | 'Suspended' | undefined
  }

  async setVersioning(bucket: string, status: 'Enabled' | 'Suspended'): Promise<void> {
    await this.mark(bucket, versioningMark, status)
  }

  /** As ArtifactStore.put; the version that was there stays where the bucket keeps them. */
  async put(at: ArtifactLocation, ...rest: PutRest): Promise<VersionedObject> {
    if ((await this.versioning(at.bucket)) !== 'Enabled')
      return { ...(await this.store.put(at, ...rest)), versionId: 'null' }
    return this.alone(at, async () => {
      await this.keep(at)
      const [body, metadata = {}, options] = rest
      const versionId = newVersionId()
      const stored = await this.store.put(
        at,
        body,
        { ...metadata, [versionIdName]: versionId },
        ...(options ? [options] : []),
      )
      return { ...stored, versionId }
    })
  }

  /** The newest version, or the one that is named. */
  async head(at: ArtifactLocation, versionId?: string): Promise<VersionedObject | undefined> {
    const newest = await this.store.head(at)
    if (newest && (versionId === undefined || idOf(newest) === versionId)) return { ...newest, versionId: idOf(newest) }
    if (versionId === undefined) return undefined
    const older = await this.store.head(placeOf(at, versionId))
    return older && { ...older, versionId }
  }

  async get(
    at: ArtifactLocation,
    versionId?: string,
    range?: Range,
  ): Promise<(VersionedObject & { readonly body: NodeJS.ReadableStream }) | undefined> {
    const newest = versionId === undefined ? undefined : await this.store.head(at)
    const place = versionId === undefined || (newest && idOf(newest) === versionId) ? at : placeOf(at, versionId)
    const found = await this.store.get(place, range)
    return found && { ...found, versionId: idOf(found) }
  }

  /** All versions of the objects whose keys begin so: by key, the newest first. Errors: Error for a store that cannot list. */
  async list(bucket: string, prefix = ''): Promise<readonly ListedVersion[]> {
    const newest = (await this.all(bucket, prefix)).filter(({ key }) => !key.startsWith('.penstock'))
    const older = await this.all(bucket, olderPrefix + prefix)
    const listed = await Promise.all([
      ...newest.map((object) => this.describe(bucket, object.key, object.key, true)),
      ...older.map(({ key }) => this.describe(bucket, key, key.slice(olderPrefix.length, key.lastIndexOf('/')), false)),
    ])
    return listed
      .flatMap((version) => version ?? [])
      .sort((a, b) => compare(a.key, b.key) || Number(b.isLatest) - Number(a.isLatest) || b.modified - a.modified)
  }

  private async all(bucket: string, prefix: string): Promise<readonly ListedObject[]> {
    if (this.store.list === undefined) throw new Error('the store of artifacts cannot list objects')
    const found: ListedObject[] = []
    for (let after = ''; ; ) {
      const page = await this.store.list(bucket, { prefix, after, limit: 1000 })
      found.push(...page)
      if (page.length < 1000) return found
      after = page.at(-1)?.key ?? ''
    }
  }

  private async describe(
    bucket: string,
    place: string,
    key: string,
    isLatest: boolean,
  ): Promise<ListedVersion | undefined> {
    const found = await this.store.head({ bucket, key: place })
    if (found === undefined) return undefined
    const modified = Number(found.metadata[storedName] ?? found.modified)
    const versionId = isLatest ? idOf(found) : place.slice(place.lastIndexOf('/') + 1)
    return { key, size: found.size, etag: found.etag, modified, versionId, isLatest }
  }

  /** Takes the newest version away; it stays as an older one where the bucket keeps versions. */
  async delete(at: ArtifactLocation): Promise<void> {
    if ((await this.versioning(at.bucket)) === undefined) return this.store.delete(at)
    await this.alone(at, async () => {
      await this.keep(at)
      await this.store.delete(at)
    })
  }

  /** Copies what is there to where older versions lie. Twice does no harm. */
  private async keep(at: ArtifactLocation): Promise<void> {
    const found = await this.store.get(at)
    if (found === undefined) return
    const metadata = { ...found.metadata, [storedName]: String(found.modified) }
    await this.store.put(placeOf(at, idOf(found)), found.body, metadata, { etag: found.etag })
  }

  private async mark(bucket: string, key: string, status: string): Promise<void> {
    const { Readable } = await import('node:stream')
    await this.store.put({ bucket, key }, Readable.from([Buffer.from('\n')]), { status })
  }

  /** One writer at a time, in this process. */
  private async alone<T>(at: ArtifactLocation, work: () => Promise<T>): Promise<T> {
    const name = `${at.bucket}/${at.key}`
    const before = this.writing.get(name) ?? Promise.resolve()
    const mine = before.then(work, work)
    const settled = mine.catch(() => {})
    this.writing.set(name, settled)
    try {
      return await mine
    } finally {
      if (this.writing.get(name) === settled) this.writing.delete(name)
    }
  }
}

type PutRest = Parameters<ArtifactStore['put']> extends [unknown, ...infer Rest] ? Rest : never

function idOf({ metadata }: StoredObject): string {
  return metadata[versionIdName] ?? 'null'
}

function placeOf({ bucket, key }: ArtifactLocation, versionId: string): ArtifactLocation {
  return { bucket, key: `${olderPrefix}${key}/${versionId}` }
}

function newVersionId(): string {
  return randomBytes(24).toString('base64url')
}

/** By the bytes of UTF-8, as S3 lists. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
