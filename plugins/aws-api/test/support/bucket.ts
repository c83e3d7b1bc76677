/** The artifact bucket over a real folder store, with as much of the server as it needs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArtifactStore, AuditEntry } from '@penstock/core'
import { FolderArtifactStore } from '@penstock/core/testkit'
import { ArtifactBucket } from '../../src/s3/artifact-bucket.js'
import { Uploads } from '../../src/s3/uploads.js'
import { type Fakes, fakeServices, identity, type Running, recordingLog, serve } from './server.js'

export interface BucketUnderTest extends Running {
  readonly artifacts: ArtifactStore
  readonly folder: string
  readonly uploads: Uploads
  readonly audited: Omit<AuditEntry, 'at'>[]
  readonly log: ReturnType<typeof recordingLog>
}

export const bucket = identity.bucket
export const readableKey = 'shop/Source/aaaaaaaa'
export const writableKey = 'shop/Built/bbbbbbbb'

/** Serves a fresh, empty bucket on a free port. The job's credentials may read one key and write another. */
export async function startBucket(
  fakes: Fakes = {},
  options: { readonly encryptionKey?: Buffer } = {},
): Promise<BucketUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bucket-'))
  const artifacts = new FolderArtifactStore(join(folder, 'artifacts'), options)
  await artifacts.open()
  const uploads = new Uploads(artifacts, join(folder, 'uploads'))
  const job = {
    jobId: 'a',
    readable: [`${bucket}/${readableKey}`],
    writable: [`${bucket}/${writableKey}`],
  }
  const services = { ...fakeServices({ job, ...fakes }), artifacts }
  const log = recordingLog()
  const subject = new ArtifactBucket(services, uploads, log)
  const running = await serve((request, response) => subject.handle(request, response))
  const stop = async () => {
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...running, stop, artifacts, folder, uploads, audited: services.audited, log }
}

/** So many bytes that look random and are the same every time. */
export function noise(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size)
  let state = seed
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}
