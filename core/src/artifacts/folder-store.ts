import { type FileHandle, mkdir, open, rm, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ArtifactLocation, ArtifactStore, ListedObject, ListOptions, StoredObject } from '../domain/artifact.js'
import { type Clock, systemClock } from '../domain/clock.js'
import { ObjectCipher } from './folder/cipher.js'
import { explain, isNoObject, putInPlace, removeEmptyFolders, syncPath, temporaryName } from './folder/durable.js'
import { listKeys } from './folder/list-keys.js'
import { checkBucket, checkLocation, notePath } from './folder/names.js'
import { Notes } from './folder/notes.js'
import { type ByteRange, md5Of, type OpenObject, openObject } from './folder/read-object.js'
import { writeObject } from './folder/write-object.js'

export interface FolderArtifactStoreOptions {
  /** 32 bytes: new objects are encrypted at rest. Objects from before stay readable as they are. */
  readonly encryptionKey?: Buffer
  readonly clock?: Clock
}

/**
 * Artifacts as files: `<root>/<bucket>/<key>`, notes about them (etag, metadata) under `<root>/.notes`, unfinished ones
 * under `<root>/.tmp`. An object is there whole, synced to the disk, or not at all. One server at a time owns the folder.
 * @example
 * const store = new FolderArtifactStore('/var/lib/penstock/artifacts')
 * await store.open()
 */
export class FolderArtifactStore implements ArtifactStore {
  readonly root: string
  private readonly temporary: string
  private readonly notes: Notes
  private readonly clock: Clock
  private readonly encryptionKey: Buffer | undefined
  /** The last change of each key that is being changed: one at a time. */
  private readonly changes = new Map<string, Promise<unknown>>()

  constructor(root: string, options: FolderArtifactStoreOptions = {}) {
    this.root = resolve(root)
    this.temporary = join(this.root, '.tmp')
    this.notes = new Notes(join(this.root, '.notes'), this.temporary)
    this.clock = options.clock ?? systemClock
    this.encryptionKey = options.encryptionKey
    if (this.encryptionKey !== undefined && this.encryptionKey.length !== 32) {
      throw new RangeError(`the artifact encryption key has ${this.encryptionKey.length} bytes: 32 are needed`)
    }
  }

  /** Makes the folder and removes what a killed server left unfinished. To be called once, before anything else. */
  async open(): Promise<void> {
    await rm(this.temporary, { recursive: true, force: true })
    await mkdir(this.temporary, { recursive: true, mode: 0o700 })
  }

  /** Errors: ArtifactStoreFull; ArtifactKeyInvalid; the stream's own. Then nothing was stored, and what was there still is. */
  async put(
    at: ArtifactLocation,
    body: NodeJS.ReadableStream,
    metadata: Readonly<Record<string, string>> = {},
    { etag }: { readonly etag?: string } = {},
  ): Promise<StoredObject> {
    checkLocation(at)
    const name = temporaryName(this.temporary)
    try {
      await mkdir(this.temporary, { recursive: true, mode: 0o700 })
      const cipher = this.encryptionKey && ObjectCipher.create(this.encryptionKey, at)
      const found = await writeObject(name, body, { modified: this.clock.now(), cipher, etag })
      return await this.inTurn(at, () => this.install(at, name, found, metadata))
    } catch (error) {
      await rm(name, { force: true })
      throw explain(error, this.root, at.key)
    }
  }

  private async install(at: ArtifactLocation, name: string, etag: string, metadata: Readonly<Record<string, string>>) {
    const path = this.path(at)
    const file = await open(name, 'r+')
    try {
      const fresh = await this.opened(file, at)
      const before = await this.modified(at)
      // The time tells this file from the one before it: it must not be the same.
      const modified = fresh.modified === before ? fresh.modified + 1 : fresh.modified
      if (modified !== fresh.modified) {
        await file.utimes(modified / 1000, modified / 1000)
        await file.sync()
      }
      await this.notes.add(notePath(at), { fileSize: fresh.fileSize, modified, etag, metadata })
      await putInPlace(name, path)
      return { size: fresh.size, etag, modified, metadata }
    } finally {
      await file.close()
    }
  }

  private async opened(file: FileHandle, at: ArtifactLocation): Promise<OpenObject> {
    const object = await openObject(file, at, this.encryptionKey)
    if (object === undefined) throw new Error(`'${at.key}' is not a file`)
    return object
  }

  private async modified(at: ArtifactLocation): Promise<number | undefined> {
    const object = await this.find(at)
    await object?.close()
    return object?.modified
  }

  /** Errors: ArtifactKeyInvalid; ArtifactInvalid when the object is encrypted with another key. */
  async get(
    at: ArtifactLocation,
    range?: ByteRange,
  ): Promise<(StoredObject & { readonly body: NodeJS.ReadableStream }) | undefined> {
    const object = await this.find(at)
    if (object === undefined) return undefined
    try {
      return { ...(await this.describe(at, object)), body: object.read(range) }
    } catch (error) {
      await object.close()
      throw error
    }
  }

  async head(at: ArtifactLocation): Promise<StoredObject | undefined> {
    const object = await this.find(at)
    if (object === undefined) return undefined
    try {
      return await this.describe(at, object)
    } finally {
      await object.close()
    }
  }

  async delete(at: ArtifactLocation): Promise<void> {
    checkLocation(at)
    const path = this.path(at)
    await this.inTurn(at, async () => {
      try {
        await unlink(path)
        await syncPath(dirname(path))
      } catch (error) {
        if (!isNoObject(error)) throw error
      }
      await this.notes.remove(notePath(at))
      await removeEmptyFolders(dirname(path), join(this.root, at.bucket))
    })
  }

  /** Errors: ArtifactKeyInvalid for a bucket that cannot be; ArtifactInvalid when an object is encrypted with another key. */
  async list(bucket: string, options: ListOptions = {}): Promise<readonly ListedObject[]> {
    const { prefix = '', after = '', limit = 1000 } = options
    checkBucket(bucket)
    const objects: ListedObject[] = []
    if (limit <= 0) return objects
    for await (const key of listKeys(join(this.root, bucket), prefix, after)) {
      const object = await this.head({ bucket, key })
      if (object === undefined) continue
      const { size, etag, modified } = object
      objects.push({ key, size, etag, modified })
      if (objects.length >= limit) break
    }
    return objects
  }

  private path({ bucket, key }: ArtifactLocation): string {
    return join(this.root, bucket, key)
  }

  private async find(at: ArtifactLocation): Promise<OpenObject | undefined> {
    checkLocation(at)
    let file: FileHandle | undefined
    try {
      file = await open(this.path(at), 'r')
      const object = await openObject(file, at, this.encryptionKey)
      if (object === undefined) await file.close()
      return object
    } catch (error) {
      await file?.close()
      if (isNoObject(error)) return undefined
      throw error
    }
  }

  /** A file without a note was put there by hand, or restored without its time: its etag is worked out. */
  private async describe(at: ArtifactLocation, object: OpenObject): Promise<StoredObject> {
    const { size, fileSize, modified } = object
    const note = await this.notes.find(notePath(at), fileSize, modified)
    if (note !== undefined) return { size, modified, etag: note.etag, metadata: note.metadata }
    const again = await this.find(at)
    return { size, modified, etag: again === undefined ? '' : await md5Of(again), metadata: {} }
  }

  /** Changes of one key follow one another; what is read needs no turn. */
  private async inTurn<T>(at: ArtifactLocation, change: () => Promise<T>): Promise<T> {
    const name = `${at.bucket}/${at.key}`
    const mine = (this.changes.get(name) ?? Promise.resolve()).then(change, change)
    const settled = mine.catch(() => undefined)
    this.changes.set(name, settled)
    try {
      return await mine
    } finally {
      if (this.changes.get(name) === settled) this.changes.delete(name)
    }
  }
}
