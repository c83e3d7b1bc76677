/** `api.state`, whatever door it goes through. */
import { randomUUID } from 'node:crypto'
import { defined } from '../../domain/defined.js'
import type { PluginBlobReference, PluginValue } from '../../domain/plugin-values.js'
import {
  type BlobContent,
  isStateConflict,
  type PluginState,
  type StateCondition,
  stateConflict,
} from './plugin-state.js'
import { partSize, type StateDoor } from './state-door.js'
import { checkBlobSize, checkKey, checkLimit, checkPrefix, checkValue, invalid } from './state-limits.js'

/** So often `update` reads anew: each time somebody else's change was made. */
const tries = 100

/** What a plugin gets. `stateDoor` is asked for at each call. */
export function stateOverDoor(stateDoor: () => StateDoor): PluginState {
  const write = async (
    key: string,
    content: Parameters<StateDoor['put']>[0]['content'],
    { expected }: StateCondition,
  ) => {
    const version = randomUUID()
    await stateDoor().put({ key, version, content, ...defined({ expected }) })
    return version
  }
  const state: PluginState = {
    async get(key) {
      const found = await stateDoor().get(checkKey(key))
      if (!found) return undefined
      if (found.value === undefined) throw invalid(`'${key}' is a blob: getBlob reads it`)
      return { value: JSON.parse(found.value), version: found.version, modified: found.modified }
    },
    put: async (key, value, condition = {}) =>
      write(checkKey(key), { value: checkValue(JSON.stringify(value)) }, condition),
    async update(key, change) {
      for (let left = tries; ; left--) {
        const found = await state.get<Parameters<typeof change>[0]>(key)
        const value = change(found?.value)
        try {
          await state.put(key, value, { expected: found?.version ?? null })
          return value
        } catch (error) {
          if (left <= 1 || !isStateConflict(error)) throw error
        }
      }
    },
    async delete(key, { expected } = {}) {
      if (expected === null) throw invalid('delete wants the version that was read, or none: null is never there')
      await stateDoor().delete({ key: checkKey(key), ...defined({ expected }) })
    },
    async list({ prefix, after, limit } = {}) {
      const page = {
        prefix: checkPrefix('prefix', prefix),
        limit: checkLimit(limit),
        ...defined({ after: after === undefined ? undefined : checkPrefix('after', after) }),
      }
      return (await stateDoor().list(page)).map(entryOf)
    },
    async putBlob(key, content, condition = {}) {
      checkKey(key)
      if (typeof condition.expected === 'string') await mustBe(stateDoor(), key, condition.expected)
      return write(key, { blob: await upload(stateDoor(), content) }, condition)
    },
    async getBlob(key) {
      const found = await stateDoor().get(checkKey(key))
      if (!found) return undefined
      const { blob, version, modified } = found
      if (!blob) throw invalid(`'${key}' is a value: get reads it`)
      return { version, modified, size: blob.size, body: { [Symbol.asyncIterator]: () => download(stateDoor(), blob) } }
    },
  }
  return state
}

function entryOf({ key, version, modified, value, blob }: PluginValue) {
  const about = { key, version, modified }
  return blob ? { ...about, size: blob.size } : { ...about, value: JSON.parse(value ?? 'null') as unknown }
}

/** Spares the sending of what would be refused at its end. */
async function mustBe(stateDoor: StateDoor, key: string, expected: string): Promise<void> {
  if ((await stateDoor.get(key))?.version !== expected) throw stateConflict(key)
}

async function upload(stateDoor: StateDoor, content: BlobContent): Promise<PluginBlobReference> {
  const id = randomUUID()
  await stateDoor.beginBlob(id)
  let part = 0
  let size = 0
  for await (const bytes of inParts(content)) {
    size += bytes.length
    checkBlobSize(size)
    await stateDoor.writePart(id, part++, bytes)
  }
  return { id, size }
}

/** Pieces of `partSize`, the last one shorter. */
async function* inParts(content: BlobContent): AsyncGenerator<Uint8Array> {
  let rest: Buffer[] = []
  let length = 0
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content
  for await (const piece of pieces) {
    const bytes =
      typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    rest.push(bytes)
    length += bytes.length
    if (length < partSize) continue
    const all = Buffer.concat(rest)
    let at = 0
    for (; all.length - at >= partSize; at += partSize) yield all.subarray(at, at + partSize)
    rest = [all.subarray(at)]
    length = all.length - at
  }
  if (length > 0) yield Buffer.concat(rest)
}

async function* download(stateDoor: StateDoor, { id, size }: PluginBlobReference): AsyncGenerator<Uint8Array> {
  for (let part = 0; part * partSize < size; part++) yield await stateDoor.readPart(id, part)
}
