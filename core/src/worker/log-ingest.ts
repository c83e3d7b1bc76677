import { constants, type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LineIndex } from './line-index.js'
import { type Masker, MaskStream } from './mask.js'
import { finishSmall } from './small-log.js'

const SMALL_PIECE = 8 * 1024
const PIECE = 256 * 1024

/**
 * Carries one raw log over into its masked one, as far as anybody wants to see it: bytes are masked, counted and
 * written, never made into strings. After a restart it begins again at the front and writes the same bytes.
 */
export class LogIngest {
  #index = new LineIndex()
  #stream: MaskStream
  #source: FileHandle | undefined
  #target: FileHandle | undefined
  #read = 0
  #piece = Buffer.alloc(0)
  #isLarge = false
  #isBegun = false
  #running: Promise<void> = Promise.resolve()

  constructor(
    readonly spool: string,
    readonly log: string,
    readonly masker: Masker,
  ) {
    this.#stream = new MaskStream(masker)
  }

  /** How many masked bytes can be read from `log`. */
  get size(): number {
    return this.#index.size
  }

  get index(): LineIndex {
    return this.#index
  }

  /** Takes over what the spool has by now. Calls are run one after the other. */
  pump(): Promise<void> {
    this.#isBegun = true
    this.#running = this.#running.catch(() => {}).then(() => this.#drain())
    return this.#running
  }

  /** Takes over the rest, makes the masked log durable, and lets the spool go: without it the log is complete. */
  async finish(): Promise<void> {
    if (!this.#isBegun && (await finishSmall(this.spool, this.log, this.masker))) return this.close()
    await this.pump()
    try {
      await this.#write(this.#stream.end())
      await this.#makeDurable()
    } catch (error) {
      this.#begin()
      throw error
    }
    await this.close()
    await rm(this.spool, { force: true })
  }

  async close(): Promise<void> {
    await this.#running.catch(() => {})
    const files = [this.#source, this.#target]
    this.#source = this.#target = undefined
    for (const file of files) await file?.close()
  }

  async #makeDurable(): Promise<void> {
    const target = await this.#opened()
    await target.truncate(this.size)
    if (this.#index.isUseful) await writeFile(`${this.log}.idx`, this.#index.toBuffer(), { mode: 0o600 })
    // Also makes the new file's name durable, on the file systems that Linux servers have.
    if (this.size > 0) await target.sync()
  }

  async #drain(): Promise<void> {
    this.#source ??= await open(this.spool, 'r')
    try {
      for (;;) {
        const { held } = this.#stream
        const piece = this.#pieceFor(held.length)
        held.copy(piece)
        const { bytesRead } = await this.#source.read(piece, held.length, piece.length - held.length, this.#read)
        if (bytesRead === 0) return
        this.#read += bytesRead
        this.#isLarge ||= bytesRead > SMALL_PIECE / 2
        await this.#write(this.#stream.pushWithHeld(piece.subarray(0, held.length + bytesRead)))
      }
    } catch (error) {
      this.#begin() // a full disk: what was half done is done again when there is room
      throw error
    }
  }

  /** Most logs stay small; for one that does not, one large buffer serves to the end. */
  #pieceFor(held: number): Buffer {
    const size = Math.max(this.#isLarge ? PIECE : SMALL_PIECE, 2 * held)
    if (this.#piece.length < size) this.#piece = Buffer.allocUnsafe(size)
    return this.#piece
  }

  #begin(): void {
    this.#index = new LineIndex()
    this.#stream = new MaskStream(this.masker)
    this.#read = 0
  }

  async #write(parts: readonly Buffer[]): Promise<void> {
    const [first] = parts
    if (first === undefined) return
    const bytes = parts.length === 1 ? first : Buffer.concat(parts)
    const target = await this.#opened()
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await target.write(bytes, done, bytes.length - done, this.size + done)
      done += bytesWritten
    }
    this.#index.add(bytes)
  }

  /** Not truncated: after a restart the same bytes are written again, and readers in the middle keep their place. */
  async #opened(): Promise<FileHandle> {
    if (this.#target !== undefined) return this.#target
    const flags = constants.O_RDWR | constants.O_CREAT
    try {
      this.#target = await open(this.log, flags, 0o600)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      await mkdir(dirname(this.log), { recursive: true, mode: 0o700 })
      this.#target = await open(this.log, flags, 0o600)
    }
    return this.#target
  }
}
