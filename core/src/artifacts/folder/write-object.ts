import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { type ObjectCipher, pieceSize } from './cipher.js'

/** How much is gathered before it is written: few, large writes. */
const batchSize = 1024 * 1024

export interface WrittenObject {
  /** Of the object, not of the file. */
  readonly size: number
  /** Of the object, in hexadecimal. */
  readonly md5: string
}

/**
 * Writes a stream to a new file, sealed if there is a cipher, synced, with `modified` (epoch milliseconds) as its time.
 * Errors: the stream's; the file system's.
 */
export async function writeObject(
  path: string,
  body: NodeJS.ReadableStream,
  modified: number,
  cipher: ObjectCipher | undefined,
): Promise<WrittenObject> {
  const file = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('md5')
    let size = 0
    await writeAll(file, cipher, async function* () {
      for await (const chunk of body) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
        hash.update(bytes)
        size += bytes.length
        yield bytes
      }
    })
    await file.utimes(modified / 1000, modified / 1000)
    await file.sync()
    return { size, md5: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

type Pieces = () => AsyncIterable<Buffer>

async function writeAll(file: FileHandle, cipher: ObjectCipher | undefined, pieces: Pieces): Promise<void> {
  let batch: Buffer[] = []
  let size = 0
  let writing: Promise<unknown> = Promise.resolve()
  // The next batch is read while this one is being written.
  const flush = async () => {
    await writing
    const full = batch
    batch = []
    size = 0
    writing = writeFully(file, full)
    writing.catch(() => undefined)
  }
  for await (const piece of cipher === undefined ? pieces() : sealed(cipher, pieces())) {
    batch.push(piece)
    size += piece.length
    if (size >= batchSize) await flush()
  }
  await flush()
  await writing
}

async function writeFully(file: FileHandle, batch: readonly Buffer[]): Promise<void> {
  const total = batch.reduce((sum, piece) => sum + piece.length, 0)
  const { bytesWritten } = await file.writev(batch)
  if (bytesWritten === total) return
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
      yield cipher.seal(waiting.subarray(0, pieceSize), index++, false)
      waiting = waiting.subarray(pieceSize)
    }
  }
  yield cipher.seal(waiting, index, true)
}
