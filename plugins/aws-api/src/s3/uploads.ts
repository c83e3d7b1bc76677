/**
 * Multipart uploads on their way, as objects of the bucket that they are for: what one is to become under
 * `.multipart/<id>/upload`, its parts under `.multipart/<id>/00001` and so on. So parts are encrypted where objects are,
 * a part sent twice counts once, and any server of several can go on with an upload.
 */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { ArtifactLocation, ArtifactStore } from '@penstock/core'
import { BegunUploads } from './begun-uploads.js'
import { type ChecksumName, checksumHeader, checksumNames } from './checksums.js'
import { noSuchUpload, notImplemented } from './s3-error.js'

/** Keys that begin so are the uploads', and nobody else's. */
export const uploadsPrefix = '.multipart/'

/** What an upload is to become. */
export interface Upload {
  readonly at: ArtifactLocation
  readonly metadata: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly started: number
  /** `CRC32`, ... as the client named it. */
  readonly checksumAlgorithm?: string
  readonly checksumType?: string
  /** What the finished upload was answered with: a Complete that is sent again is answered again. */
  readonly completed?: Completed
}

export interface Completed {
  /** Unquoted. */
  readonly etag: string
  /** Base64, by name (`crc32`, ...). */
  readonly checksums: Readonly<Record<string, string>>
  /** Where the bucket keeps versions; of uploads that were completed before it did, none. */
  readonly versionId?: string
}

export interface Part {
  readonly number: number
  readonly size: number
  readonly etag: string
  /** Base64, by name. Those of a trailer are checked, and not kept. */
  readonly checksums: ReadonlyMap<ChecksumName, string>
  /** Epoch milliseconds. */
  readonly modified: number
}

type Listing = NonNullable<ArtifactStore['list']>

export class Uploads {
  /** Completions in progress: one at a time for an upload. */
  private readonly completing = new Map<string, Promise<Completed>>()
  private readonly begun: BegunUploads

  constructor(
    private readonly store: ArtifactStore,
    folder: string,
  ) {
    this.begun = new BegunUploads(folder)
  }

  /** Errors: NotImplemented when the store cannot list, and so could not find the parts of an upload that is given up. */
  async create(upload: Upload): Promise<string> {
    if (this.store.list === undefined) throw notImplemented('uploads in parts: its store cannot list objects')
    const id = randomBytes(24).toString('hex')
    await this.begun.note(id, { bucket: upload.at.bucket, started: upload.started })
    await this.write(id, upload)
    return id
  }

  /** The upload of that id, when it is for that object. Errors: NoSuchUpload. */
  async find(id: string, at: ArtifactLocation): Promise<Upload> {
    const upload = await this.read(id, at.bucket)
    if (upload && upload.at.bucket === at.bucket && upload.at.key === at.key) return upload
    throw noSuchUpload()
  }

  /**
   * Keeps a part, instead of one of the same number. `checksums` are those of its headers. Answers its ETag.
   * Errors: the body's own; NoSuchUpload when the upload ended meanwhile.
   */
  async putPart(
    id: string,
    at: ArtifactLocation,
    number: number,
    body: Readable,
    checksums: ReadonlyMap<ChecksumName, string>,
  ): Promise<string> {
    const metadata = Object.fromEntries([...checksums].map(([name, value]) => [checksumHeader(name), value]))
    const place = { bucket: at.bucket, key: partKey(id, number) }
    const { etag } = await this.store.put(place, body, metadata)
    const upload = await this.read(id, at.bucket)
    if (upload && upload.completed === undefined) return etag
    await this.store.delete(place)
    throw noSuchUpload()
  }

  /** One part; `undefined` when it is not there. */
  async part(id: string, { bucket }: ArtifactLocation, number: number): Promise<Part | undefined> {
    const object = await this.store.head({ bucket, key: partKey(id, number) })
    if (object === undefined) return undefined
    const { size, etag, modified, metadata } = object
    const given = checksumNames.map((name) => [name, metadata[checksumHeader(name)]] as const)
    const checksums = new Map(given.filter((each): each is [ChecksumName, string] => each[1] !== undefined))
    return { number, size, etag, modified, checksums }
  }

  /** So many parts behind a number, ascending. */
  async parts(id: string, at: ArtifactLocation, after: number, limit: number): Promise<Part[]> {
    const behind = { prefix: nameOf(id, ''), after: partKey(id, after), limit: limit + 1 }
    const listed = await this.listing()(at.bucket, behind)
    const numbers = listed.map(({ key }) => Number(key.slice(-numberLength))).filter(Number.isInteger)
    const parts = await Promise.all(numbers.slice(0, limit).map((number) => this.part(id, at, number)))
    return parts.filter((part) => part !== undefined)
  }

  /** The bytes of parts, one after the other. Errors: NoSuchUpload when one is gone meanwhile. */
  bytes(id: string, { bucket }: ArtifactLocation, parts: readonly Part[]): Readable {
    const { store } = this
    const pieces = async function* () {
      for (const { number } of parts) {
        const object = await store.get({ bucket, key: partKey(id, number) })
        if (object === undefined) throw noSuchUpload()
        yield* object.body
      }
    }
    return Readable.from(pieces(), { objectMode: true, highWaterMark: 2 })
  }

  /** Runs `assemble` once however often it is asked for; then the parts are thrown away. */
  complete(id: string, upload: Upload, assemble: () => Promise<Completed>): Promise<Completed> {
    const running = this.completing.get(id)
    if (running !== undefined) return running
    const work = async () => {
      const completed = await assemble()
      await this.write(id, { ...upload, completed })
      await this.discard(id, upload.at.bucket, nameOf(id, 'upload'))
      return completed
    }
    const promise = work().finally(() => this.completing.delete(id))
    this.completing.set(id, promise)
    return promise
  }

  /** Uploads to a bucket that are not finished, by their ids, behind one. */
  async *pending(bucket: string, after: string): AsyncGenerator<{ readonly id: string; readonly upload: Upload }> {
    // An upload's own object comes last in its folder; `v` comes after it.
    for (let at = `${uploadsPrefix}${after}${after === '' ? '' : '/v'}`; ; ) {
      const [found] = await this.listing()(bucket, { prefix: uploadsPrefix, after: at, limit: 1 })
      if (found === undefined) return
      const id = found.key.slice(uploadsPrefix.length).split('/')[0] ?? ''
      at = `${uploadsPrefix}${id}/v`
      const upload = idPattern.test(id) ? await this.read(id, bucket) : undefined
      if (upload && upload.completed === undefined) yield { id, upload }
    }
  }

  /** Throws away what there is of an upload. */
  async abort(id: string, bucket: string): Promise<void> {
    // The upload itself goes first: from then on it takes no part.
    await this.store.delete({ bucket, key: nameOf(id, 'upload') })
    await this.discard(id, bucket)
    await this.begun.forget(id)
  }

  /** Throws away what was begun here before `limit` (epoch milliseconds). Answers how many. */
  async expire(limit: number): Promise<number> {
    let expired = 0
    for await (const { id, bucket } of this.begun.before(limit)) {
      if (this.completing.has(id)) continue
      if (bucket === undefined) await this.begun.forget(id)
      else await this.abort(id, bucket)
      expired++
    }
    return expired
  }

  private async discard(id: string, bucket: string, but?: string): Promise<void> {
    for (const { key } of await this.listing()(bucket, { prefix: nameOf(id, ''), limit: mostParts + 1 })) {
      if (key !== but) await this.store.delete({ bucket, key })
    }
  }

  private listing(): Listing {
    return (bucket, options) => this.store.list?.(bucket, options) ?? Promise.resolve([])
  }

  private async read(id: string, bucket: string): Promise<Upload | undefined> {
    const object = await this.store.get({ bucket, key: nameOf(id, 'upload') })
    return object && (JSON.parse(await text(object.body)) as Upload)
  }

  private async write(id: string, upload: Upload): Promise<void> {
    const body = Readable.from([Buffer.from(JSON.stringify(upload))])
    await this.store.put({ bucket: upload.at.bucket, key: nameOf(id, 'upload') }, body)
  }
}

/** S3's own limit for the parts of one upload. */
export const mostParts = 10_000
const idPattern = /^[0-9a-f]{48}$/
const numberLength = 5

/** An id comes from outside and names objects. Errors: NoSuchUpload. */
function nameOf(id: string, name: string): string {
  if (!idPattern.test(id)) throw noSuchUpload()
  return `${uploadsPrefix}${id}/${name}`
}

const partKey = (id: string, number: number) => nameOf(id, String(number).padStart(numberLength, '0'))
