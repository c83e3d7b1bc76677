import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'

/** A record: eight bytes of the piece's hash, and eight that say where the log ended before it. */
const HASH = 8
const RECORD = 2 * HASH
/** How far behind its place a piece is looked for: a step may have written in between. */
const REACH = 4 * 1024 * 1024

interface Said {
  readonly hash: string
  readonly from: number
}

/**
 * Keeps a provider from saying twice what it said before a restart: `run` is called again from its top, and its words
 * would come again with it. Each piece is noted down beside the log before it is written there; as long as the same
 * pieces come, they are not written. A job that goes on from a checkpoint may leave some out.
 * Only the last note may be without its piece, when the process died in between: then the log itself is looked at.
 */
export class LogReplay {
  #before: readonly Said[] = []
  #next = 0
  #isOver = true

  constructor(
    readonly path: string,
    readonly log: string,
  ) {
    this.rewind()
  }

  /** `run` is about to be called again from its top, with what it said so far in the log. */
  rewind(): void {
    this.#before = readAll(this.path)
    this.#next = 0
    this.#isOver = this.#before.length === 0
  }

  /** True when this piece is in the log already. */
  wasSaid(text: string): boolean {
    if (this.#isOver) return false
    const wanted = hash(text)
    const place = this.#before.findIndex((one, index) => index >= this.#next && one.hash === wanted)
    this.#next = place + 1
    this.#isOver = place < 0 || this.#next === this.#before.length
    if (place < 0) return false
    if (place < this.#before.length - 1 || this.#isThere(text, this.#before[place]?.from ?? 0)) return true
    truncateSync(this.path, place * RECORD)
    return false
  }

  /** To be called before the piece is written. */
  saying(text: string): void {
    const record = Buffer.alloc(RECORD)
    record.write(hash(text), 'hex')
    record.writeBigUInt64BE(BigInt(sizeOf(this.log)), HASH)
    appendFileSync(this.path, record, { mode: 0o600 })
  }

  /** The action is begun again: its words are new. */
  forget(): void {
    rmSync(this.path, { force: true })
    this.#isOver = true
  }

  #isThere(text: string, from: number): boolean {
    const bytes = Buffer.alloc(Math.min(REACH, Math.max(0, sizeOf(this.log) - from)))
    const file = openSync(this.log, 'r')
    try {
      readSync(file, bytes, 0, bytes.length, from)
    } finally {
      closeSync(file)
    }
    return bytes.includes(text)
  }
}

function hash(text: string): string {
  return createHash('sha1')
    .update(text)
    .digest('hex')
    .slice(0, 2 * HASH)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Half a record at the end is none: its piece was not written either. */
function readAll(path: string): readonly Said[] {
  if (!existsSync(path)) return [] // nothing was said yet, as nearly always: an error for that would cost more
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    return [] // nothing was said yet
  }
  const whole = Math.floor(bytes.length / RECORD)
  if (bytes.length % RECORD !== 0) truncateSync(path, whole * RECORD)
  return Array.from({ length: whole }, (_, n) => ({
    hash: bytes.toString('hex', n * RECORD, n * RECORD + HASH),
    from: Number(bytes.readBigUInt64BE(n * RECORD + HASH)),
  }))
}
