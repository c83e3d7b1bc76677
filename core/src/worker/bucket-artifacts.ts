/** Artifacts of one job through the server's bucket, with the job's own credentials. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Artifact } from '../domain/artifact.js'
import { type Clock, sleep } from '../domain/clock.js'
import { isFault } from '../domain/faults.js'
import { isJobFailed, JobFailed } from '../host/job-failed.js'
import type { WorkerJobAccess } from '../host/worker-service.js'
import type { ArtifactAccess, FetchOptions } from './artifact-access.js'
import { missingArtifact } from './missing-artifact.js'
import { readText } from './penstock-api.js'
import { type FileBody, objectPath, type SignedClient } from './signed-request.js'
import { fromZip, type Packing, withZip } from './with-zip.js'

export interface BucketArtifactsParts {
  readonly http: SignedClient
  /** Fifteen minutes of access. */
  access(): Promise<WorkerJobAccess>
  readonly clock: Clock
}

/** A connection on which nothing moves for so long is given up, milliseconds; a proxy may take a whole upload before it sends it on. */
const silence = 60_000
const uploadSilence = 5 * 60_000
/** How long an object is tried for, milliseconds; and between two tries. */
const patience = 15 * 60_000
const longestPause = 10_000

export class BucketArtifacts implements ArtifactAccess {
  #access: WorkerJobAccess | undefined

  constructor(private readonly parts: BucketArtifactsParts) {}

  async fetch(artifact: Artifact, folder: string, scratch: string, options: FetchOptions): Promise<readonly string[]> {
    const { signal } = options
    return fromZip(artifact, folder, scratch, options, (zip) =>
      this.#insist(signal, () => this.#download(artifact, zip, signal)),
    )
  }

  async store(
    artifact: Artifact,
    source: string,
    how: Packing,
    scratch: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    return withZip(artifact, source, how, scratch, signal, async (zip, size) => {
      const body: FileBody = {
        size,
        hash: await hashOf(zip),
        open: () => createReadStream(zip, { highWaterMark: 256 * 1024 }),
      }
      await this.#insist(signal, () => this.#upload(artifact, body, signal))
    })
  }

  /** Goes on where the last try ended. */
  async #download(artifact: Artifact, zip: string, signal: AbortSignal): Promise<void> {
    const have = (await stat(zip).catch(() => undefined))?.size ?? 0
    const answer = await this.#send(
      'GET',
      artifact,
      Buffer.alloc(0),
      signal,
      have > 0 ? { range: `bytes=${have}-` } : {},
    )
    if (answer.statusCode === 416) {
      answer.resume()
      return // all of it was there
    }
    if (answer.statusCode === 404) {
      answer.resume()
      throw missingArtifact(artifact)
    }
    if (![200, 206].includes(answer.statusCode ?? 0) || !isBuckets(answer)) throw await this.#refused(answer)
    const flags = answer.statusCode === 206 ? 'a' : 'w'
    await pipeline(answer, createWriteStream(zip, { flags, mode: 0o600 }), { signal })
  }

  async #upload(artifact: Artifact, body: FileBody, signal: AbortSignal): Promise<void> {
    const answer = await this.#send('PUT', artifact, body, signal, { 'content-type': 'application/zip' })
    if (answer.statusCode !== 200 || !isBuckets(answer)) throw await this.#refused(answer)
    answer.resume()
  }

  async #send(
    method: string,
    { location }: Artifact,
    body: Buffer | FileBody,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage> {
    if (!this.#access || this.#access.expires - this.parts.clock.now() < 60_000)
      this.#access = await this.parts.access()
    const { region, accessKeyId, secretAccessKey, sessionToken } = this.#access
    const keys = { accessKeyId, secretAccessKey, sessionToken }
    const path = objectPath(location.bucket, location.key)
    const patient = { silence: method === 'PUT' ? uploadSilence : silence, signal }
    return this.parts.http.send({ method, path, service: 's3', region, keys, headers, body, ...patient })
  }

  /** Whatever it was, the next try comes with new credentials. */
  async #refused(answer: IncomingMessage): Promise<Error> {
    this.#access = undefined
    const text = await readText(answer)
    const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? 'no S3 error'
    if (answer.statusCode === 413) {
      const remedy = 'let it take larger ones (nginx: client_max_body_size 0)'
      throw new JobFailed(
        `a proxy before the server does not take artifacts of this size: ${remedy}`,
        'ConfigurationError',
      )
    }
    return new Error(`the artifact bucket answered ${answer.statusCode} (${code})`)
  }

  async #insist(signal: AbortSignal, call: () => Promise<void>): Promise<void> {
    const deadline = this.parts.clock.now() + patience
    for (let pause = 250; ; pause = Math.min(2 * pause, longestPause)) {
      signal.throwIfAborted()
      try {
        return await call()
      } catch (error) {
        signal.throwIfAborted()
        if (isFault(error) || isJobFailed(error) || this.parts.clock.now() > deadline) throw error
        if (['ENOSPC', 'EDQUOT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      }
      await sleep(this.parts.clock, pause, signal)
    }
  }
}

/** A page of whatever is in the way may come with status 200, too. */
const isBuckets = ({ headers }: IncomingMessage) => headers.etag !== undefined

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}
