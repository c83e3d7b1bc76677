import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { type ObjectCipher, pieceSize } from './cipher.js'

/** How much is gathered before it is written: few, large writes. */
const batchSize = 1024 * 1024

/** The disk is asked to write after so many bytes, while the next ones come: the last sync then has little left to do. */
const syncEvery = 32 * 1024 * 1024

export interface WriteOptions {
  /** Epoch milliseconds, the file's time. */
  readonly modified: number
  /** The object is sealed with it. */
  readonly cipher: ObjectCipher | undefined
  /** The object's, where it is known: the content is then not digested. */
  readonly etag: string | undefined
}

/**
 * Writes a stream to a new file and syncs it. Answers the etag: the given one, or the content's MD5 in hexadecimal.
 * Errors: the stream's; the file system's.
 */
export async function writeObject(path: string, body: NodeJS.ReadableStream, options: WriteOptions): Promise<string> {
  const { modified, cipher, etag } = options
  const file = await open(path, 'wx', 0o600)
  const writer = new BatchWriter(file)
  try {
    const hash = etag === undefined ? createHash('md5') : undefined
    const plain = digested(body, hash)
    for await (const piece of cipher === undefined ? plain : sealed(cipher, plain)) await writer.add(piece)
    await writer.end()
    await file.utimes(modified / 1000, modified / 1000)
    await file.sync()
    return etag ?? hash?.digest('hex') ?? ''
  } finally {
    await writer.settled()
    await file.close()
  }
}

async function* digested(body: NodeJS.ReadableStream, hash: Hash | undefined): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    hash?.update(bytes)
    yield bytes
  }
}

/** Gathers pieces, and writes a batch while the next one is gathered. */
class BatchWriter {
  private batch: Buffer[] = []
  private size = 0
  private unsynced = 0
  private writing: Promise<void> = Promise.resolve()
  private syncing: Promise<void> | undefined
  /** A system tells of a failed sync once: the last sync would know nothing of it. */
  private failure: unknown

  constructor(private readonly file: FileHandle) {}

  async add(piece: Buffer): Promise<void> {
    this.batch.push(piece)
    this.size += piece.length
    if (this.size >= batchSize) await this.flush()
  }

  async end(): Promise<void> {
    await this.flush()
    await this.writing
    await this.syncing
    if (this.failure !== undefined) throw this.failure
  }

  /** Until nothing uses the file any more, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.writing, this.syncing])
  }

  private async flush(): Promise<void> {
    await this.writing
    const { batch: full } = this
    this.unsynced += this.size
    this.batch = []
    this.size = 0
    this.writing = writeFully(this.file, full)
    this.writing.catch(() => undefined)
    if (this.unsynced >= syncEvery && this.syncing === undefined) this.sync()
  }

  private sync(): void {
    this.unsynced = 0
    const ended = (error?: unknown) => {
      this.failure ??= error
      this.syncing = undefined
    }
    this.syncing = this.file.datasync().then(() => ended(), ended)
  }
}

async function writeFully(file: FileHandle, batch: readonly Buffer[]): Promise<void> {
  const total = batch.reduce((sum, piece) => sum + piece.length, 0)
  const { bytesWritten } = await file.writev(batch)
  if (bytesWritten === total) return
  // A disk that is almost full takes a part; the next write then says why.
  const rest = Buffer.concat(batch).subarray(bytesWritten)
  for (let done = 0; done < rest.length; ) done += (await file.write(rest, done)).bytesWritten
}

async function* sealed(cipher: ObjectCipher, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield cipher.header()
  let waiting: Buffer = Buffer.alloc(0)
  let index = 0
  for await (const piece of pieces) {
    waiting = waiting.length === 0 ? piece : Buffer.concat([waiting, piece])
    // A full piece is held back until it is known not to be the last.
    while (waiting.length > pieceSize) {
      yield* cipher.seal(waiting.subarray(0, pieceSize), index++, false)
      waiting = waiting.subarray(pieceSize)
    }
  }
  yield* cipher.seal(waiting, index, true)
}
