/** Plugins' state where it is kept: values in the database, blobs as objects beside the artifacts. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ArtifactLocation, ArtifactStore } from '../../domain/artifact.js'
import type { Clock } from '../../domain/clock.js'
import { defined } from '../../domain/defined.js'
import type { PluginBlob, PluginContent, PluginValueStore } from '../../domain/plugin-values.js'
import { stateConflict } from './plugin-state.js'
import { type DoorChange, partSize, type StateDoor } from './state-door.js'
import { checkBlobSize, checkId, checkKey, checkLimit, checkPrefix, checkValue, invalid } from './state-limits.js'

export interface StoredStateOptions {
  readonly values: PluginValueStore
  readonly artifacts: Pick<ArtifactStore, 'put' | 'get' | 'delete'>
  readonly bucket: string
  readonly clock: Clock
}

/** How long a blob that no name stands for is kept: one that is being sent, or still being read; milliseconds. */
const blobGraceMs = 60 * 60_000
/** Blobs that one round removes. */
const blobsPerSweep = 100

export class StoredState {
  constructor(private readonly options: StoredStateOptions) {}

  /** One plugin's. Whatever comes in is checked: it may come over a network. */
  doorOf(plugin: string): StateDoor {
    const { values, clock } = this.options
    return {
      get: async (key) => values.get(plugin, checkKey(key)),
      list: async ({ prefix, after, limit }) =>
        values.list(plugin, {
          prefix: checkPrefix('prefix', prefix),
          limit: checkLimit(limit),
          ...defined({ after: after === undefined ? undefined : checkPrefix('after', after) }),
        }),
      put: async (change) => {
        const version = checkId('the version', change.version)
        const content = await this.#checked(plugin, change.content)
        if (!(await values.put({ ...this.#change(plugin, change), version, content }))) throw stateConflict(change.key)
      },
      delete: async (change) => {
        if (!(await values.delete(this.#change(plugin, change)))) throw stateConflict(change.key)
      },
      beginBlob: async (id) => {
        if ((await values.blob(checkId('the blob', id))) === undefined) await values.addBlob(plugin, id, clock.now())
        await this.#blob(plugin, id)
      },
      writePart: async (id, part, bytes) => this.#write(await this.#blob(plugin, id), part, bytes),
      readPart: async (id, part) => this.#read(await this.#blob(plugin, id), part),
    }
  }

  /** Removes the parts of blobs that no name stands for any more: replaced, deleted, never finished. */
  async sweep(): Promise<void> {
    const { values, artifacts, clock } = this.options
    const now = clock.now()
    const doomed = await values.doomBlobs({ before: now - blobGraceMs, now, limit: blobsPerSweep })
    for (const blob of doomed) {
      for (let part = 0; part < blob.parts; part++) await artifacts.delete(this.#place(blob, part))
      await values.forgetBlob(blob.id)
    }
  }

  #change(plugin: string, { key, expected }: DoorChange) {
    const about = { plugin, key: checkKey(key), now: this.options.clock.now() }
    if (expected === undefined || expected === null) return { ...about, ...defined({ expected }) }
    return { ...about, expected: checkId('the expected version', expected) }
  }

  async #checked(plugin: string, content: PluginContent): Promise<PluginContent> {
    if (!('blob' in content)) return { value: checkValue(content.value) }
    const { id, size } = await this.#blob(plugin, content.blob.id)
    if (size !== content.blob.size)
      throw invalid(`the blob has ${size} bytes, not ${String(content.blob.size)}: send it again`)
    return { blob: { id, size } }
  }

  async #blob(plugin: string, id: string): Promise<PluginBlob> {
    const blob = await this.options.values.blob(checkId('the blob', id))
    if (blob?.plugin === plugin) return blob
    throw invalid('there is no such blob: one that is not finished within an hour of its last part is removed')
  }

  async #write(blob: PluginBlob, part: number, bytes: Uint8Array): Promise<void> {
    const { values, artifacts, clock } = this.options
    if (blob.isUsed) throw invalid('the blob is finished: nothing can be added to it')
    const isAgain = part === blob.parts - 1
    const isNext = part === blob.parts && blob.size === part * partSize
    if (!isAgain && !isNext) throw invalid(`part ${part} does not follow: ${blob.parts} are there`)
    if (bytes.length < 1 || bytes.length > partSize)
      throw invalid(`a part has ${bytes.length} bytes: 1 to ${partSize} are right`)
    const size = part * partSize + bytes.length
    checkBlobSize(size)
    // The row first: what was begun is found and removed, whatever happens now.
    const isThere = await values.growBlob(blob.id, { parts: part + 1, size, now: clock.now() })
    if (!isThere) throw invalid('the blob took too long, and is gone: send it again')
    await artifacts.put(this.#place(blob, part), Readable.from([bytes]))
  }

  async #read(blob: PluginBlob, part: number): Promise<Uint8Array> {
    const at = this.#place(blob, part)
    const object = await this.options.artifacts.get(at)
    if (!object) throw new Error(`part ${part} of the blob should be in ${at.bucket}/${at.key}, which is not there`)
    return buffer(object.body as Readable)
  }

  #place({ id }: PluginBlob, part: number): ArtifactLocation {
    if (!Number.isInteger(part) || part < 0) throw invalid(`part is ${String(part)}, but must be a whole number from 0`)
    return { bucket: this.options.bucket, key: `penstock-state/${id.slice(-2)}/${id}/${part}` }
  }
}
