import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { Artifact, ArtifactStore } from '@penstock/core'

/** What an artifact holds, by its content. */
export interface Digest {
  readonly name: string
  readonly revisionId?: string | undefined
  /** Bytes; absent when it is not kept any more. */
  readonly size?: number
  /** SHA-256 of the archive, hexadecimal; absent while it is being worked out, which takes a while for a large one. */
  readonly sha256?: string
}

/** Up to so many bytes the reader waits for the digest; of a larger artifact it is there the next time. */
const waitedFor = 32 * 2 ** 20
/** Digests that are remembered: an object's content never changes while its tag and time do not. */
const mostRemembered = 2_000

const known = new Map<string, Promise<string>>()
const done = new Map<string, string>()

/** The digests of these artifacts, read from the store, each content once. */
export function digestsOf(store: ArtifactStore, artifacts: readonly Artifact[]): Promise<Digest[]> {
  return Promise.all(artifacts.map((artifact) => digestOf(store, artifact)))
}

async function digestOf(store: ArtifactStore, { name, revisionId, location }: Artifact): Promise<Digest> {
  const object = await store.head(location).catch(() => undefined)
  if (!object) return { name, revisionId }
  const { size, etag, modified } = object
  const key = JSON.stringify([location, etag, modified, size])
  const working = known.get(key) ?? work(store, location, key)
  if (size <= waitedFor) await working.catch(() => undefined)
  const sha256 = done.get(key)
  return { name, revisionId, size, ...(sha256 !== undefined && { sha256 }) }
}

function work(store: ArtifactStore, location: Artifact['location'], key: string): Promise<string> {
  const working = hash(store, location)
  known.set(key, working)
  working.then(
    (sha256) => void done.set(key, sha256),
    () => void known.delete(key), // tried again the next time
  )
  for (const old of [...known.keys()].slice(0, -mostRemembered)) {
    known.delete(old)
    done.delete(old)
  }
  return working
}

async function hash(store: ArtifactStore, location: Artifact['location']): Promise<string> {
  const found = await store.get(location)
  if (!found) throw new Error('the artifact is not kept any more')
  const sum = createHash('sha256')
  await pipeline(found.body, sum)
  return sum.digest('hex')
}
